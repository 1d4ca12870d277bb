"""The law: on whatever input, every command ends in words and with a code of its own table.

Comes in: a spoiled input. Goes out: how each command ended on it, and what of that breaks the law.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import click
from msgspec import Struct

from laneway.apps.cli.render import render
from tests.spoiled.endings import Ending, allowed_codes, ended, ending
from tests.spoiled.inputs import Given, Spoiled
from tests.spoiled.sharing import shared
from tests.spoiled.unstarted import begun, edited

T = TypeVar("T")
ALLOWED = allowed_codes()
ACCEPTED = frozenset({0, 1})
"""What an edit of a running mesh may come to: it is taken, or refused."""


class Ended(Struct, frozen=True):
    """How one command ended on one input; `trouble` is empty where it kept the law."""

    command: str
    code: int
    trouble: str


class Ground:
    """Folders in which inputs are laid out; the sound mesh of an input lies beside it."""

    def __init__(self, folder: Path) -> None:
        self.spoiled = folder / "spoiled"
        self.sound = folder / "sound"
        self.envoy = folder / "envoy"
        for path in (self.spoiled, self.sound, self.envoy):
            path.mkdir()

    def lay_out(self, one: Spoiled) -> None:
        """Write an input and the mesh it was made of."""
        for folder, texts in ((self.sound, one.given.texts), (self.spoiled, one.texts)):
            (folder / "mesh.yaml").write_text("\n---\n".join(texts))


def held(one: Spoiled, ground: Ground) -> Iterator[Ended]:
    """Run every command on an input."""
    ground.lay_out(one)
    for name, arguments in _commands(one, str(ground.sound), str(ground.spoiled)):
        found = ended(*name.split(), *arguments)
        trouble = found.trouble(ALLOWED[_row(name)]) or _unreadable(name, found)
        yield Ended(name, found.code, trouble)
    if one.turn % 2:
        found = ending(partial(begun, ground.spoiled, ground.envoy))
        yield Ended("up", found.code, found.trouble(ALLOWED["up"]))
    else:
        found = ending(partial(edited, ground.sound, ground.spoiled, ground.envoy))
        yield Ended("up, as an edit", found.code, found.trouble(ACCEPTED))


def _commands(one: Spoiled, sound: str, spoiled: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the commands with their arguments, the options that choose an output in the name.

    Inputs take turns in the outputs of a command and in the side of a comparison they stand on.
    """
    workload, service = _some(one.given)
    turn = one.turn
    yield f"check -o {_at(turn, 'text', 'json', 'sarif')}", (spoiled,)
    for layout in _layouts():
        yield f"render --layout {layout}", (spoiled,)
    yield "render -o json --wasm-url https://lanes.example/filter.wasm", (spoiled,)
    yield "explain --all", ("--path", "/mock", "-H", "x-asm-prefer-tag: s1", spoiled)
    yield "explain -o json", ("--from", workload, "--host", service, spoiled)
    yield f"prove --judge {_at(turn, 'auto', 'plan', 'objects')}", (spoiled,)
    yield f"status -o {_at(turn, 'text', 'yaml', 'json')}", (spoiled,)
    yield f"show mesh -o {_at(turn, 'json', 'yaml')}", (spoiled,)
    yield f"show plan -o {_at(turn, 'yaml', 'json')}", (spoiled,)
    old, new = _at(turn // 2, (sound, spoiled), (spoiled, sound))
    yield f"diff -o {_at(turn, 'text', 'json')}", (old, new)
    yield f"show changes -o {_at(turn, 'yaml', 'json')}", ("--against", old, new)
    lane = _lane(one.given)
    yield _at(
        turn,
        ("release promote", (lane, spoiled, "--dry-run")),
        ("release add-lane", ("another", "--from", lane, spoiled, "--dry-run")),
        ("release remove-lane", (lane, spoiled, "--dry-run")),
        ("release set", (f"{lane}=100", spoiled, "--dry-run")),
        ("release rollback", (lane, spoiled, "--dry-run")),
    )


def _at(turn: int, *ways: T) -> T:
    return ways[turn % len(ways)]


def _layouts() -> Sequence[str]:
    option = next(one for one in render.params if one.name == "layout")
    assert isinstance(option.type, click.Choice)
    return [str(one) for one in option.type.choices]


def _some(given: Given) -> tuple[str, str]:
    """Return a workload and a service of a mesh, or names that nothing has."""
    names: dict[str, str] = {}
    for _, found in given.objects():
        if isinstance(found.get("kind"), str) and isinstance(found.get("metadata"), dict):
            names.setdefault(found["kind"], str(found["metadata"].get("name")))
    return names.get("Deployment") or names.get("Pod") or "nobody", names.get("Service") or "none"


def _lane(given: Given) -> str:
    """Return a lane of a mesh, or a name that nothing has."""
    kinds = (found for _, found in given.objects() if found.get("kind") == "ASMSwimLane")
    heads = (found.get("metadata") for found in kinds)
    return next((str(head.get("name")) for head in heads if isinstance(head, dict)), "nobody")


def _row(name: str) -> str:
    words = name.split()
    return " ".join(words[:2]) if words[0] in ("show", "release") else words[0]


def _unreadable(name: str, found: Ending) -> str:
    """Say where what is meant for machines cannot be read by one."""
    if not found.out or ("json" not in name and "sarif" not in name):
        return ""  # a command that cannot say anything of its input says so to people alone
    try:
        json.loads(found.out, parse_constant=_refused)
    except ValueError as error:
        return f"prints what is no JSON: {error}"
    return ""


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def broken(inputs: Iterator[Spoiled]) -> list[str]:
    """Return what breaks the law, in words."""
    with TemporaryDirectory() as folder, shared():
        ground = Ground(Path(folder))
        return [
            f"{one}\n  {how.command}: {how.trouble}"
            for one in inputs
            for how in held(one, ground)
            if how.trouble
        ]
