"""An inquiry and its answer as pages have it: with the lines that decide, or why there is none."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from laneway.core.compile import Compilation
from laneway.core.routing.ask.inquiry import Inquiry, Unasked
from laneway.core.routing.ask.request import Request
from laneway.core.views.explained import explained, inquiry_view
from tests.rules.world import lane, mesh, rule
from tests.views.samples import compiled_example

S1 = Request("", "/mock", headers=(("x-asm-prefer-tag", "s1"),))


@pytest.fixture(scope="module")
def strict() -> Compilation:
    return compiled_example("strict-lanes")


def shown(compilation: Compilation, inquiry: Inquiry) -> dict[str, Any]:
    found = explained(compilation.mesh, compilation.plan, inquiry, quotes=True)
    assert not isinstance(found, Unasked)
    return found


def test_deciding_rule_is_shown_with_the_lines_it_was_written_in(strict: Compilation) -> None:
    hop = shown(strict, Inquiry(S1))

    lines = hop["by"]["lines"]
    assert hop["by"]["at"] == f"{lines['file']}:{lines['line']}"
    assert lines["text"].startswith("- name: r1")
    assert "exact: s1" in lines["text"]
    assert "s2" not in lines["text"]


def test_every_hop_of_a_journey_has_its_lines(strict: Compilation) -> None:
    hop, hops = shown(strict, Inquiry(S1)), []
    while hop["answers"] and (calls := hop["answers"][0].get("calls")):
        hop = calls[0]
        if "by" in hop and not hop.get("assumed"):
            hops.append(hop["by"]["lines"]["text"])

    assert len(hops) == 2


def test_rules_that_did_not_decide_have_lines_but_not_all_of_many() -> None:
    many = [lane(f"x{one}", f"{{version: x{one}}}", rule(f"x{one}")) for one in range(20)]

    hop = shown(mesh(*many).compiled(), Inquiry(Request("", "/", headers=(("x-lane", "x19"),))))

    quoted = [one for one in hop["notBy"] if "lines" in one]
    assert "exact: s1" in quoted[0]["lines"]["text"]
    assert (len(quoted), len(hop["notBy"]), "lines" in hop["by"]) == (5, 21, True)


def test_lines_are_shown_to_those_alone_who_ask_for_them(strict: Compilation) -> None:
    found = explained(strict.mesh, strict.plan, Inquiry(S1))

    assert not isinstance(found, Unasked)
    assert "lines" not in found["by"]


@pytest.mark.parametrize(
    ("inquiry", "part", "words"),
    [
        (Inquiry(S1, gateway="door"), "gateway", "there is no gateway door; there are: istio-"),
        (Inquiry(Request(port=99)), "gateway", "there is no gateway with port 99"),
        (Inquiry(S1, workload="mocka-v1"), "host", "the request names none"),
        (Inquiry(Request("mockb"), workload="x"), "workload", "there is no workload x; there are"),
        (Inquiry(S1, forgets=("x",)), "forgets", "there is no workload and no service x"),
    ],
)
def test_wrong_name_is_answered_by_what_there_is(
    strict: Compilation, inquiry: Inquiry, part: str, words: str
) -> None:
    found = explained(strict.mesh, strict.plan, inquiry)

    assert isinstance(found, Unasked)
    assert (found.part, words in found.why) == (part, True)


def test_question_goes_through_json_and_back() -> None:
    inquiry = Inquiry(S1, gateway="istio-system/ingressgateway", forgets=("mockb",))

    text = msgspec.json.encode(inquiry_view(inquiry))

    assert msgspec.json.decode(text, type=Inquiry) == inquiry
