"""The examples, one folder for each mesh: an example of several has one in each of its folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"


def example_meshes() -> dict[str, Path]:
    """Return the folders by their names below `examples/`.

    >>> {"strict-lanes", "sdks/baggage", "sdks/trace-id"} <= example_meshes().keys()
    True
    """
    return {str(folder.relative_to(EXAMPLES)): folder for folder in _folders()}


def _folders() -> Iterator[Path]:
    for example in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        yield from sorted(path.parent for path in example.glob("*/lanes.yaml")) or [example]
