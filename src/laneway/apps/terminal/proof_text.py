"""A proof for people.

Comes in: a proof and a width. Goes out: lines: the verdict on each property, the smallest
counter-example to it, what could not be decided, what was judged and assumed, and what lanes do not
govern.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from laneway.core.findings.place import Place
from laneway.core.proof.verdict import Claim, CounterExample, Proof, Scope
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.views.proof_words import place_words, reason_words, request_words, who_words

_PROMISE = {
    "isolated": "requests meet only pods that answer for their lane",
    "delivered": "no request meets an error nobody intended",
}
_MOST = 8
_OTHER_WAY = "--judge plan judges what Laneway makes of the lanes, beside yours."


def proof_lines(proof: Proof, names: RuleNames, width: int, *, everything: bool) -> Iterator[str]:
    """Yield a proof line by line; only the smallest counter-examples unless all are wanted.

    `names` are those of the mesh's rules.
    """
    if proof.scope.since:
        yield from _judged_lines(proof.scope, width)
        yield from wrap(_OTHER_WAY, width, initial_indent="  ", subsequent_indent="  ")
        yield ""
    for claim in proof.claims:
        yield f"{claim.about:<9}  {claim.verdict:<15}  {_PROMISE[claim.about]}"
    for claim in proof.claims:
        yield from _claim_lines(claim, names, width, everything=everything)
    if proof.doubts:
        yield "\nundecided, because of:"
        yield from _listed(
            [(doubt.why, doubt.place) for doubt in proof.doubts], width, everything=everything
        )
    yield ""
    if not proof.scope.since:
        yield from _judged_lines(proof.scope, width)
    for title, notes in (("assumed", proof.assumed), ("not governed by lanes", proof.apart)):
        if notes:
            yield f"{title}:"
            placed = [(note.what, note.place) for note in notes]
            yield from _listed(placed, width, everything=everything)


def _judged_lines(scope: Scope, width: int) -> Iterator[str]:
    yield from wrap(
        f"judged: {_scope(scope)}", width, subsequent_indent="  ", break_on_hyphens=False
    )


def _claim_lines(claim: Claim, names: RuleNames, width: int, *, everything: bool) -> Iterator[str]:
    shown = claim.against if everything else claim.against[:1]
    for against in shown:
        yield f"\ncounter-example to {claim.about}: {request_words(against)}"
        for name, words in _told(against, names):
            first = f"  {name:<6} "
            yield from wrap(
                words,
                width,
                initial_indent=first,
                subsequent_indent=" " * 9,
                break_on_hyphens=False,
            )
    more = len(claim.against) - len(shown)
    if more:
        yield f"  {more} more; --all shows them"


def _told(against: CounterExample, names: RuleNames) -> Iterator[tuple[str, str]]:
    spot = against.spot
    yield "from", who_words(spot)
    if spot.gateway is None:
        yield "to", f"{spot.host} port {spot.port}"
    yield "lane", _lane(against)
    yield "but", against.why
    if against.rule is not None:
        yield "route", names.of(against.rule)
    place = place_words(against.place)
    if place:
        yield "at", place
    if against.order:
        yield "order", f"{against.order}, which nothing in the input rules out"
    if against.elsewhere:
        plural = "" if against.elsewhere == 1 else "s"
        yield "also", f"the same at {against.elsewhere} other service{plural}"


def _lane(against: CounterExample) -> str:
    lanes = " or ".join(dict.fromkeys(want.lane for want in against.wants))
    answers = " or ".join(dict.fromkeys(want.answers for want in against.wants))
    why = ", which requests that name no lane are in" if _is_usual(against) else ""
    return (
        lanes + why if lanes == answers else f"{lanes}{why}, for which lane {answers} answers here"
    )


def _is_usual(against: CounterExample) -> bool:
    return bool(against.wants) and all(want.by_default for want in against.wants)


def _listed(
    things: list[tuple[str, Place | None]], width: int, *, everything: bool
) -> Iterator[str]:
    shown = things if everything else things[:_MOST]
    for words, place in shown:
        where = place_words(place)
        told = f"{words} ({where})" if where else words
        yield from wrap(
            told, width, initial_indent="  - ", subsequent_indent="    ", break_on_hyphens=False
        )
    if len(things) > len(shown):
        yield f"  {len(things) - len(shown)} more; --all shows them"


def _scope(scope: Scope) -> str:
    objects = _count(scope.objects, "Istio object")
    if scope.since:
        what = f"the {objects} in the input alone, since {reason_words(scope)}"
    elif scope.judged == "objects":
        what = f"the {objects} in the input, whoever wrote them"
    else:
        what = "what Laneway makes of the lanes"
        if scope.objects:
            what += f", beside {objects} in the input"
    if not scope.services:
        return f"{what}; no request, since no lane service is there to be asked"
    callers = _count(scope.callers, "imagined caller" if scope.imagined else "caller")
    senders = f"{callers} and {_count(scope.gateways, 'gateway port')}"
    orders = f", in {scope.orders} possible orders of the objects' age" if scope.orders > 1 else ""
    return f"{what}; every request to {_count(scope.services, 'service')} from {senders}{orders}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
