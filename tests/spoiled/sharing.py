"""What pure functions make of one input, worked out once and shared by all commands.

Twenty commands begin with the same few functions, which are pure: of the same values they make the
same ones. Comes in: nothing. Goes out: a time in which each of them answers from what it answered
before, which makes the search several times as fast.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from laneway.adapters import files
from laneway.core import compile as compiling
from laneway.core.emit import istio
from laneway.core.findings import render
from laneway.core.mesh import link
from laneway.core.proof import prove
from laneway.core.rules import all as rules
from tests.spoiled import unstarted

MOST = 40
"""How many answers of a function are remembered: a few inputs' worth."""


@contextmanager
def shared() -> Iterator[None]:
    """Share what pure functions answer, and leave collecting garbage to the end."""
    places: tuple[tuple[Any, str, Callable[..., object]], ...] = (
        (files, "read_paths", _texts),
        (compiling, "compile_snapshot", _asked),
        (unstarted, "compile_snapshot", _asked),
        (link, "link", _asked),
        (rules, "check_all", _asked),
        (render, "as_text", _asked),
        (istio, "manifests", _asked),
        (prove, "prove", _asked),
    )
    before = [getattr(module, name) for module, name, _ in places]
    for (module, name, key), function in zip(places, before, strict=True):
        setattr(module, name, _remembered(function, key))
    try:
        yield
    finally:
        for (module, name, _), function in zip(places, before, strict=True):
            setattr(module, name, function)
        gc.enable()  # commands switch it off for their process


def _texts(paths: Sequence[str], *_: object) -> object:
    return tuple((path, (Path(path) / "mesh.yaml").read_text()) for path in paths)


def _asked(*arguments: object) -> object:
    """Return what tells one question from another: plain values, or which object is asked about."""
    return tuple(
        tuple(map(id, one))
        if isinstance(one, tuple)
        else one
        if isinstance(one, str | int | None)
        else id(one)
        for one in arguments
    )


def _remembered(function: Callable[..., Any], key: Callable[..., object]) -> Callable[..., Any]:
    known: dict[object, tuple[object, Any]] = {}

    def answer(*arguments: Any, **named: Any) -> Any:
        asked = (key(*arguments), *named.items())
        if asked not in known:
            if len(known) >= MOST:
                del known[next(iter(known))]
            # The arguments are kept as well: their identities must not be given to others.
            known[asked] = (arguments, function(*arguments, **named))
        return known[asked][1]

    return answer
