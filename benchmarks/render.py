"""`laneway render` of large meshes against `helm template` of charts that print the same."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import yaml
from benchmarks.big_mesh import write_chart, write_mesh
from benchmarks.timing import Usage, in_turns, laneway, table

from tests.engines import engine

LANES = 50
SIZES = (100, 1000, 4000)

Commands = dict[str, list[str | Path]]
Figures = tuple[dict[str, Usage], int]
"""The usage of each command, and the bytes printed."""


def measure() -> None:
    """Print times, peak memory, ratios and how both grow."""
    work = Path(tempfile.mkdtemp(prefix="laneway-bench-"))
    try:
        empty = _compare(work, 1, 2)
        found = {services: _compare(work, services, LANES) for services in SIZES}
    finally:
        shutil.rmtree(work)
    rows = [_row(services, one, found[1000], empty) for services, one in found.items()]
    table(
        f"laneway render against helm template, {LANES} lanes, whole process, median of 5",
        (
            *("services", "output", "laneway", "helm", "ratio", "processor", "helm", "ratio"),
            *("memory", "helm", "ratio", "linear", "helm"),
        ),
        [_row(1, empty, found[1000], empty), *rows],
    )
    print("linear: least processor time a service beyond an empty run, against 1000 services")


def _compare(work: Path, services: int, lanes: int) -> Figures:
    mesh = write_mesh(work / f"mesh-{services}", services, lanes)
    chart = write_chart(work / f"chart-{services}", services, lanes)
    commands: Commands = {
        "laneway": [laneway(), "render", mesh],
        "helm": [engine("helm"), "template", chart],
    }
    output = work / "output.yaml"
    found = in_turns(commands, output)
    size = output.stat().st_size
    if services <= SIZES[0]:
        _same_objects(commands, output)
    return found, size


def _same_objects(commands: Commands, output: Path) -> None:
    """Make sure that both print the same objects: else there is nothing to compare."""
    printed = []
    for command in commands.values():
        in_turns({"": command}, output, rounds=1)
        documents = yaml.load_all(output.read_text(), Loader=yaml.CSafeLoader)
        printed.append({one["kind"] + one["metadata"]["name"]: one for one in documents if one})
    if printed[0] != printed[1]:
        raise AssertionError("the chart prints other objects than laneway does")


def _row(services: int, one: Figures, thousand: Figures, empty: Figures) -> tuple[str, ...]:
    ours, theirs = one[0]["laneway"], one[0]["helm"]
    return (
        str(services),
        f"{one[1] / 1e6:.1f} MB",
        f"{ours.seconds:.2f} s",
        f"{theirs.seconds:.2f} s",
        f"{ours.seconds / theirs.seconds:.2f}",
        f"{ours.processor:.2f} s",
        f"{theirs.processor:.2f} s",
        f"{ours.processor / theirs.processor:.2f}",
        f"{ours.megabytes:.0f} MB",
        f"{theirs.megabytes:.0f} MB",
        f"{ours.megabytes / theirs.megabytes:.2f}",
        *(_growth(name, services, one, thousand, empty) for name in ("laneway", "helm")),
    )


def _growth(name: str, services: int, one: Figures, thousand: Figures, empty: Figures) -> str:
    if services == 1:
        return ""
    nothing = empty[0][name].least
    mine = (one[0][name].least - nothing) / services
    base = (thousand[0][name].least - nothing) / 1000
    return f"{mine / base:.2f}"
