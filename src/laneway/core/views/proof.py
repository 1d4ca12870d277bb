"""A proof as plain data: what `laneway prove -o yaml` prints."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from laneway.core.proof.verdict import Claim, CounterExample, Doubt, Note, Proof
from laneway.core.routing.ask.inquiry import Inquiry
from laneway.core.routing.plan.rule_names import RuleNames
from laneway.core.views.explained import inquiry_view
from laneway.core.views.proof_words import place_words, reason_words, request_words, who_words


def proof_view(proof: Proof, names: RuleNames) -> dict[str, Any]:
    """Return a proof as an object of plain values; `names` are those of the mesh's rules."""
    scope = proof.scope
    return {
        "verdict": proof.verdict,
        "judged": scope.judged,
        **({"judgedBecause": reason} if (reason := reason_words(scope)) else {}),
        "objects": scope.objects,
        "services": scope.services,
        "callers": scope.callers,
        "callersImagined": scope.imagined,
        "gatewayPorts": scope.gateways,
        "ordersTried": scope.orders,
        "claims": {claim.about: _claim(claim, names) for claim in proof.claims},
        "undecided": [_placed(doubt.why, doubt) for doubt in proof.doubts],
        "assumed": [_placed(note.what, note) for note in proof.assumed],
        "notGoverned": [_placed(note.what, note) for note in proof.apart],
    }


def _claim(claim: Claim, names: RuleNames) -> dict[str, Any]:
    found: dict[str, Any] = {"verdict": claim.verdict}
    if claim.against:
        found["counterExamples"] = [_against(one, names) for one in claim.against]
    return found


def _against(one: CounterExample, names: RuleNames) -> dict[str, Any]:
    request = one.request
    found: dict[str, Any] = {
        "request": request_words(one),
        "method": request.method,
        "host": request.host,
        "path": request.path,
        "headers": [f"{name}: {value}" for name, value in request.headers],
        "from": who_words(one.spot),
        "to": f"{one.spot.host or request.host}:{one.spot.port}",
        "lane": " or ".join(dict.fromkeys(want.lane for want in one.wants)),
        "answeringLane": " or ".join(dict.fromkeys(want.answers for want in one.wants)),
        "why": one.why,
        "route": names.of(one.rule) if one.rule else "",
        "place": place_words(one.place),
        "otherServices": one.elsewhere,
        "inquiry": inquiry_view(inquiry) if (inquiry := _inquiry(one)) else None,
    }
    return found | ({"order": one.order} if one.order else {})


def _inquiry(one: CounterExample) -> Inquiry | None:
    """Return the request as `explain` takes it; of an imagined caller and of TCP there is none."""
    spot = one.spot
    request = replace(one.request, host=one.request.host or str(spot.host), port=spot.port)
    if spot.protocol == "tcp":
        return None
    if spot.gateway is not None:
        port = spot.gateway.port
        return Inquiry(replace(one.request, port=port), gateway=spot.gateway.gateways[0])
    names = spot.who.names if spot.who else ()
    return Inquiry(request, workload=names[0]) if names else None


def _placed(words: str, thing: Doubt | Note) -> dict[str, str]:
    place = place_words(thing.place)
    return {"what": words} | ({"place": place} if place else {})
