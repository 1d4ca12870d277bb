"""A change that a user meets leaves a fragment, in a category the changelog knows."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRAGMENTS = sorted((ROOT / "changelog.d").glob("[!R.]*"))


def test_fragments_are_named_for_a_known_category() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]
    kinds = "|".join(kind["directory"] for kind in settings["type"])

    odd = [
        path.name for path in FRAGMENTS if not re.fullmatch(rf"[+\w-]+\.({kinds})\.md", path.name)
    ]

    assert odd == []


def test_fragments_say_something() -> None:
    assert [path.name for path in FRAGMENTS if not path.read_text().strip()] == []
