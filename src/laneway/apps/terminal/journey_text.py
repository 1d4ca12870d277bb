"""The journey of a request in words, hop below hop, for a screen of 80 columns.

Comes in: a view of a journey. Goes out: lines, the last ones in short. The rules that did not
decide are cut after a few, with a count, unless all are wanted: with fifty lanes the one that
decided would drown.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from laneway.apps.terminal.journey_short import Chain, but_for, chains
from laneway.core.routing.plan.route_plan import CARRIED_MEANS

View = dict[str, Any]

FEW = 3
MOST_CHAINS = 12


class Style(Struct, frozen=True):
    """How wide lines may be, and whether every rule is shown that did not decide."""

    width: int = 80
    everything: bool = False


def journey_lines(view: View, style: Style) -> list[str]:
    """Return the lines of a journey."""
    lines = list(_step(view, "", style))
    lines += _expected(view)
    lines += _in_short(view)
    return [part for line in lines for part in _folded(line, style.width)]


def _expected(view: View) -> Iterator[str]:
    """Tell of programs that are taken to forget the lane because that is predicted of them."""
    for one in view.get("predictedToForget", ()):
        name = one["workload"].rpartition("/")[2]
        yield ""
        yield f"{name} is taken to forget the lane: {one['because']}"
        if "at" in one:
            yield f"  {one['at']}"
    if "predictedToForget" in view:
        yield "  --nobody-forgets takes it to pass the lane on, --forgets NAME names others."


def _in_short(view: View) -> Iterator[str]:
    """Write the chains with their shares; of very many those with the largest."""
    found = chains(view)
    if len(found) < 2 and not any(" > " in one.text for one in found):
        return
    yield from ("", f"In short{but_for(view)}:")
    if len(found) > MOST_CHAINS:
        found = sorted(found, key=lambda one: -one.share)
    for one in found[:MOST_CHAINS]:
        yield f"  {_most(one) if one.unknown else _percent(one.share)}  {one.text}"
    if len(found) > MOST_CHAINS:
        yield f"  and {len(found) - MOST_CHAINS} chains more (-o json)"
    for why in dict.fromkeys(one.unknown for one in found if one.unknown):
        yield f"  <= is the most it can be: {why}"


def _most(chain: Chain) -> str:
    return f"<= {_percent(chain.share).strip()}"


def _folded(line: str, width: int) -> list[str]:
    """Break a line that does not fit; what is left of a rule goes on below its name."""
    if len(line) <= width:
        return [line]
    words = line.lstrip()
    lead = " " * (len(line) - len(words))
    below = lead + " " * (5 if words.startswith(("not  ", "by   ")) else 2)
    return textwrap.wrap(
        words,
        width,
        initial_indent=lead,
        subsequent_indent=below,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _step(view: View, pad: str, style: Style) -> Iterator[str]:
    """Write one hop, and below each answer the hops that follow."""
    yield f"{pad}{_head(view)}"
    inner = pad + "  "
    for tag in view.get("tags", ()):
        what = f"{tag['header']}: {tag['value']}" if tag["value"] else f"no {tag['header']}"
        yield f"{inner}tag  {what}, by the hash of {tag['hashOf']}"
    yield from _refusals(view, inner)
    yield from _others(view, inner, style)
    yield from _decided(view, inner)
    for answer in view["answers"]:
        yield from _answer(answer, inner, style)


def _others(view: View, pad: str, style: Style) -> Iterator[str]:
    """Write the rules that did not decide; those of other lanes in one line of each kind."""
    others = view.get("notBy", ())
    if not style.everything:
        others = _distinct_rules(one for one in others if not _is_variant(one, view.get("by")))
    told = set() if style.everything else {"not held", "not carried"}
    passed = [one for one in others if _kind(one) not in told]
    shown = passed if style.everything else passed[:FEW]
    for one in shown:
        yield _located(f"{pad}not  {one['rule']}", one)
        yield f"{pad}     {one['why']}"
    if len(shown) < len(passed):
        yield f"{pad}not  {len(passed) - len(shown)} rules more (--all)"
    for kind, why in (
        ("not carried", "the request does not carry {it}"),
        ("not held", "for callers with other labels"),
    ):
        named = [one.get("lanes", [one.get("lane")]) for one in others if _kind(one) == kind]
        lanes = list(dict.fromkeys(lane for lanes_of_one in named for lane in lanes_of_one))
        if kind in told and lanes:
            reason = why.format(it="it" if len(lanes) == 1 else "them")
            yield f"{pad}not  {_lanes(lanes)}: {reason} (--all)"


def _distinct_rules(others: Iterable[View]) -> list[View]:
    """Return rules that read alike once: what one of them writes into a request is no news."""
    found: dict[tuple[str, ...], View] = {}
    for one in others:
        held = "held" if one.get("held", True) else ""
        found.setdefault((one["rule"], one["why"], one.get("at", ""), held), one)
    return list(found.values())


def _kind(one: View) -> str:
    """Say why a rule of lanes did not decide, as far as many do not for one reason."""
    if not one.get("held", True):
        return "not held"
    return "not carried" if one.get("means") in CARRIED_MEANS else ""


def _is_variant(one: View, decided: View | None) -> bool:
    """Whether a rule is no news beside the deciding one.

    It may differ by what it writes into a request alone, look for the same lane in another place,
    or stand behind all that could decide.
    """
    if decided is None or not decided.get("lane"):
        return False
    if not one.get("held", True) and _kind(decided) == "not carried":
        return True  # what a request carries is looked at before who calls
    if one.get("lane") != decided["lane"]:
        return False
    return (one["means"], one["from"]) == (decided["means"], decided["from"]) or _kind(one) != ""


def _lanes(names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"lane{'s' if len(names) > 1 else ''} {', '.join(names[:FEW])}{more}"


def _decided(view: View, pad: str) -> Iterator[str]:
    rule = view.get("by")
    if rule is None:
        yield f"{pad}{_nobody(view)}"
        return
    yield _located(f"{pad}by   {rule['rule']}", rule)
    for name, value in rule.get("sets", {}).items():
        yield f"{pad}     sets {name}: {value}"
    if "with" in rule:
        words = (_policy(name, value) for name, value in rule["with"].items())
        yield f"{pad}     with {', '.join(words)}"
    if "lost" in view:
        lost = view["lost"]
        yield f"{pad}     lane {lost['lane']} is lost: {lost['why']}"
    if "status" in view:
        what = f"to {view['redirect']}, " if "redirect" in view else ""
        yield f"{pad}{view['status']}  {what}the proxy answers by itself"


def _policy(name: str, value: Any) -> str:
    """Say a field of a route in a word or two; a fault also says how many requests it strikes.

    >>> _policy("timeout", "2s"), _policy("fault", {"abort": {"httpStatus": 502}})
    ('timeout 2s', 'fault abort 502 at 100 %')
    """
    if isinstance(value, str | int):
        return f"{name} {value}"
    if name != "fault" or not isinstance(value, dict):
        return name
    struck = [_strike(kind, value[kind]) for kind in ("delay", "abort") if kind in value]
    return f"{name} {' and '.join(struck)}"


def _strike(kind: str, block: Any) -> str:
    """Say a fault. An abort without a share strikes all requests, a delay none.

    https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPFaultInjection
    """
    if not isinstance(block, dict):
        return kind
    what = next(
        (block[key] for key in ("fixedDelay", "httpStatus", "grpcStatus") if key in block), ""
    )
    percentage = block.get("percentage")
    unsaid = 100 if kind == "abort" else block.get("percent", 0)
    share = percentage.get("value", 0) if isinstance(percentage, dict) else unsaid
    return f"{kind} {what} at {share} %"


def _answer(answer: View, pad: str, style: Style) -> Iterator[str]:
    to = f"{_short(answer['service'])}:{answer['port']}"
    named = f"{to} {answer['subset']}" if "subset" in answer else to
    named += f" for lane {answer['lane']}" if "lane" in answer else ""
    head = f"{pad}{_percent(answer['percent'])}  {named}"
    if "status" in answer:
        yield f"{head}: {answer['status']}, {answer['why']}"
        return
    yield f"{head} -> {_pods(answer['pods'])}"
    yield from _refusals(answer, f"{pad}       ")
    if "chosen" in answer:
        yield f"{pad}       {answer['chosen']}"
    if "standsIn" in answer:
        yield f"{pad}       {answer['standsIn']['why']}"
    for call in answer.get("calls", ()):
        if call.get("assumed"):
            yield f"{pad}      {_assumed(call)}"
        else:
            yield from _step(call, pad + "    ", style)


def _assumed(call: View) -> str:
    """Say in one line what a call would meet of which nobody knows whether it is made."""
    met = ", ".join(one.text for one in chains(call)) or _nobody(call).strip()
    return f"if it calls {_short(call['host'])}: {met}"


def _located(text: str, rule: View) -> str:
    """Write a rule with its place behind it."""
    return f"{text}  {rule.get('at', '')}".rstrip()


def _refusals(shown: View, pad: str) -> Iterator[str]:
    """Write the policies that may refuse the request behind its route."""
    for one in shown.get("refusedBy", ()):
        yield _located(f"{pad}{one['policy']} {one['says']}", one)


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
