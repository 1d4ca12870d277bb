"""The page of Istio's fields, made of the tables that the product uses.

Comes in: the tables. Goes out: `docs/fields.md`: for each kind what is followed, what a finding
names, and what has no effect on lanes. `LANEWAY_BLESS=1` makes its test write the page anew.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.resources.istio.fields.destination_rule import PORT_LEVEL, TRAFFIC_POLICY
from laneway.core.resources.istio.fields.entry import Entry, Followed, Named, Table, Without, below
from laneway.core.resources.istio.fields.every import TABLES

HEAD = """\
# Fields

Every field of the kinds of Istio 1.31 that decide where a request goes or whether it is answered,
and what Laneway makes of it. Written from the tables in `src/laneway/core/resources/istio/fields/`,
which the findings use as well; `./dev bless` writes it anew, and a test holds it against Istio's
own definitions.

- **followed**: `explain`, `prove` and `check` go by it, in the module of `src/laneway/core/` that
  is named. What the mesh on this machine does not carry out of it stands in [limits](limits.md).
- **named**: it may decide and is not followed. A finding says so where it touches lanes, and a
  proof leaves open what is said in brackets.
- **no effect**: it changes neither which lane's pods a request meets nor whether they answer.

Paths are those below `spec`: `[]` stands for each item of a list, `*` for each key of a mapping.
Telemetry and ProxyConfig have no table, since nothing in them has an effect on lanes.
"""
SAME = {
    "trafficPolicy.portLevelSettings[]": PORT_LEVEL,
    "subsets[].trafficPolicy": TRAFFIC_POLICY,
    "subsets[].trafficPolicy.portLevelSettings[]": PORT_LEVEL,
}
"""The places of a DestinationRule where all is as below `trafficPolicy`."""

ORDER = (Followed, Named, Without)


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(section(kind, fields) for kind, fields in TABLES.items())])


def section(kind: str, fields: Table) -> str:
    """Return one kind: a row for all fields of which the same is said."""
    repeated = {path for place, part in SAME.items() for path in below(place, part)}
    told = {path: one for path, one in fields.items() if path not in repeated}
    groups: dict[Entry, list[str]] = {}
    for path, entry in told.items():
        groups.setdefault(entry, []).append(path)
    rows = sorted(groups.items(), key=lambda group: ORDER.index(type(group[0])))
    lines = [f"## {kind}\n", "| field | | |", "|---|---|---|", *map(row, rows)]
    if len(told) < len(fields):
        places = ", ".join(f"`{place}`" for place in SAME)
        lines += ["", f"The same is said of what stands below {places}."]
    return "\n".join([*lines, ""])


def row(group: tuple[Entry, list[str]]) -> str:
    """Return the row of fields that share an entry."""
    entry, paths = group
    return f"| {'<br>'.join(f'`{path}`' for path in paths)} | {' | '.join(said(entry))} |"


def said(entry: Entry) -> Iterator[str]:
    """Yield what is made of a field, and by whom or why."""
    if isinstance(entry, Followed):
        yield from ("followed", f"`{entry.by}`")
    elif isinstance(entry, Without):
        yield from ("no effect", entry.why)
    else:
        yield f"named, {entry.code}"
        opens = f" ({', '.join(entry.opens)})" if entry.opens else ""
        harmless = " or ".join(f"`{value}`" for value in sorted(entry.harmless))
        yield f"{entry.because}{opens}{f'; not where it is {harmless}' if harmless else ''}"
