"""The journey of a request in words, hop below hop, for a screen of 80 columns.

Comes in: a view of a journey. Goes out: lines, the last ones in short. The rules that did not
decide are cut after a few, with a count, unless all are wanted: with fifty lanes the one that
decided would drown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

View = dict[str, Any]

FEW = 3
MOST_OUTCOMES = 12


@dataclass(frozen=True, slots=True)
class Style:
    """How wide lines may be, and whether every rule is shown that did not decide."""

    width: int = 80
    everything: bool = False


def journey_lines(view: View, style: Style) -> list[str]:
    """Return the lines of a journey."""
    lines = list(_step(view, "", style))
    outcomes = list(_outcomes(view))
    chained = any(" > " in chain for _, chain in outcomes)
    if len(outcomes) <= MOST_OUTCOMES and (chained or len(outcomes) > 1):
        lines += ["", "In short:"]
        lines += [f"  {_percent(share)}  {chain}" for share, chain in outcomes]
    return lines


def _step(view: View, pad: str, style: Style) -> Iterator[str]:
    """Write one hop, and below each answer the hops that follow."""
    yield f"{pad}{_head(view)}"
    inner = pad + "  "
    yield from _others(view.get("notBy", ()), inner, style)
    yield from _decided(view, inner, style)
    for answer in view["answers"]:
        yield from _answer(answer, inner, style)


def _others(others: Sequence[View], pad: str, style: Style) -> Iterator[str]:
    """Write the rules that did not decide; lanes of other callers in one line."""
    foreign = [] if style.everything else [one for one in others if "lane" in one]
    passed = [one for one in others if one not in foreign]
    shown = passed if style.everything else passed[:FEW]
    for one in shown:
        yield from _located(f"{pad}not  {one['rule']}", one, style)
        yield f"{pad}     {one['why']}"
    if len(shown) < len(passed):
        yield f"{pad}not  {len(passed) - len(shown)} rules more (--all)"
    if foreign:
        yield f"{pad}not  {_lanes(foreign)}: for callers with other labels (--all)"


def _lanes(foreign: Sequence[View]) -> str:
    names = [one["lane"] for one in foreign]
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"lane{'s' if len(names) > 1 else ''} {', '.join(names[:FEW])}{more}"


def _decided(view: View, pad: str, style: Style) -> Iterator[str]:
    rule = view.get("by")
    if rule is None:
        yield f"{pad}{_nobody(view)}"
        return
    yield from _located(f"{pad}by   {rule['rule']}", rule, style)
    for name, value in rule.get("sets", {}).items():
        yield f"{pad}     sets {name}: {value}"
    if "with" in rule:
        yield f"{pad}     with {', '.join(rule['with'])}"
    if "status" in view:
        yield f"{pad}{view['status']}  the proxy answers by itself"


def _answer(answer: View, pad: str, style: Style) -> Iterator[str]:
    to = f"{_short(answer['service'])}:{answer['port']}"
    named = f"{to} {answer['subset']}" if "subset" in answer else to
    head = f"{pad}{_percent(answer['percent'])}  {named}"
    if "status" in answer:
        yield f"{head}: {answer['status']}, {answer['why']}"
        return
    yield f"{head} -> {_pods(answer['pods'])}"
    for call in answer.get("calls", ()):
        if call.get("assumed"):
            yield f"{pad}      {_assumed(call)}"
        else:
            yield from _step(call, pad + "    ", style)


def _assumed(call: View) -> str:
    """Say in one line what a call would meet of which nobody knows whether it is made."""
    met = ", ".join(chain for _, chain in _outcomes(call)) or _nobody(call).strip()
    return f"if it calls {_short(call['host'])}: {met}"


def _located(text: str, rule: View, style: Style) -> Iterator[str]:
    """Write a line with its place behind it, or below it where both do not fit."""
    where = rule.get("at", "")
    if len(text) + len(where) + 2 <= style.width:
        yield f"{text}  {where}".rstrip()
    else:
        yield text
        yield f"{' ' * (len(text) - len(text.lstrip()) + 5)}{where}"


def _outcomes(view: View) -> Iterator[tuple[float, str]]:
    """Yield each chain of pods that may answer, with its share in percent."""
    if not view["answers"]:
        yield 100, str(view.get("status", "passed on"))
    for answer in view["answers"]:
        own = "|".join(pod["name"] for pod in answer["pods"]) or str(answer.get("status"))
        chains = [(float(answer["percent"]), own)]
        for call in _distinct(answer):
            chains = [
                (share * onward / 100, f"{chain} > {after}")
                for share, chain in chains
                for onward, after in _outcomes(call)
            ]
        yield from chains


def _distinct(answer: View) -> Iterator[View]:
    """Yield the calls that are known to be made, each service once: pods of a lane call alike."""
    told = set()
    for call in answer.get("calls", ()):
        if not call.get("assumed") and call["host"] not in told:
            told.add(call["host"])
            yield call


def _percent(share: float) -> str:
    return f"{share:.3g} %".rjust(5)


def _head(view: View) -> str:
    if "gateway" in view:
        return f"gateway {', '.join(view['gateway'])}, port {view['port']}"
    port = f":{view['port']}" if "port" in view else ""
    return f"{view['caller']} calls {_short(view['host'])}{port}"


def _nobody(view: View) -> str:
    if view.get("status") == 404:
        return f"404  {view.get('why', 'no rule is met')}"
    return f"     {view['why']}"


def _pods(pods: Sequence[View]) -> str:
    return ", ".join(
        pod["name"] + (f" ({pod['replicas']} pods)" if pod["replicas"] != 1 else "") for pod in pods
    )


def _short(host: str) -> str:
    name, _, rest = host.partition(".")
    space, _, kind = rest.partition(".")
    return f"{space}/{name}" if kind.startswith("svc") else host
