"""Figures of layouts as tables, side by side.

Comes in: a mesh's size and figures by layout. Goes out: text in Markdown: what a lane's sidecar and
the gateway hold, what Envoy and istiod take, and what the two changes take. Of lanes' sidecars the
one that holds most speaks for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tests.cluster.crowd import Holding
from tests.cost.measuring import Change, Figures
from tests.cost.meshes import Size

OTHERS = ("outside", "gateway")
PROXIES = ("layout", "objects", "CDS", "EDS", "RDS", "LDS", "gateway CDS", "gateway RDS")
PROCESSES = (
    *("layout", "Envoy RSS", "ready", "CPU"),
    *("istiod alone", "joined", "peak", "CPU", "all joined in"),
)
CHANGES = ("layout", "timeout live", "istiod", "sent", "lane: objects", "live", "istiod", "sent")


def telling(size: Size, found: Mapping[str, Figures]) -> str:
    """Return the tables of some layouts."""
    lines = [f"\n### {size}\n"]
    lines += _table(PROXIES, (_proxies(name, one) for name, one in found.items()))
    lines += _table(PROCESSES, (_processes(name, one) for name, one in found.items()))
    changed = [(name, one) for name, one in found.items() if one.timeout and one.lane]
    if changed:
        lines += _table(CHANGES, (_changes(name, one) for name, one in changed))
    for name, one in found.items():
        if one.misled:
            lines.append(f"MISLED by {name}: {len(one.misled)}, such as {one.misled[:3]}")
    return "\n".join([*lines, ""])


def _proxies(name: str, of: Figures) -> list[str]:
    sidecars = (one for who, one in of.proxies.items() if who not in OTHERS)
    most = max(sidecars, key=lambda one: sum(amount.bytes for amount in one.held.values()))
    gateway = of.proxies["gateway"]
    written = f"{of.objects}, {_size(of.json_bytes)}, {of.writing:.1f} s"
    own = (_held(most, kind) for kind in ("clusters", "endpoints", "tables", "listeners"))
    return [name, written, *own, _held(gateway, "clusters"), _held(gateway, "tables")]


def _held(of: Holding, kind: str) -> str:
    amount = of.held[kind]
    number = of.routes if kind == "tables" else amount.number
    return f"{number:,} ({_size(amount.bytes)})"


def _processes(name: str, of: Figures) -> list[str]:
    real, alone, joined = of.envoy, of.alone, of.joined
    return [
        name,
        f"{real.took.resident:.0f} MB",
        f"{real.seconds:.2f} s",
        f"{real.took.processor:.2f} s",
        f"{alone.processor:.1f} s, {alone.resident:.0f} MB",
        f"{joined.peak:.0f} MB",
        f"{of.at_the_end.peak:.0f} MB",
        f"{joined.processor - alone.processor:.1f} s",
        f"{of.joining:.1f} s",
    ]


def _changes(name: str, of: Figures) -> list[str]:
    assert of.timeout
    assert of.lane
    return [
        name,
        f"{of.timeout.after * 1000:.0f} ms",
        *_took(of.timeout),
        f"{of.lane.objects}, {_size(of.lane.json_bytes)}",
        f"{of.lane.seconds * 1000:.0f} ms",
        *_took(of.lane),
    ]


def _took(change: Change) -> list[str]:
    return [f"{change.istiod:.2f} s", _size(change.sent_bytes)]


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(line)} |" for line in lines] + [""]


def _size(number: float) -> str:
    return f"{number / 1e6:.2f} MB" if number >= 1e6 else f"{number / 1e3:.0f} KB"
