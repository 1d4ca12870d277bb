"""A redirect to https leaves *delivered* open where it stands before lanes, and there alone."""

from __future__ import annotations

from copy import deepcopy

import pytest

from laneway.core.proof.verdict import Proof
from tests.laws import objects
from tests.laws.objects import Object
from tests.proof.shop import CART, permissive, proof_of, proven, strict

OPEN = {"isolated": "proven", "delivered": "undecided"}
PROVEN = {"isolated": "proven", "delivered": "proven"}


def verdicts(proof: Proof) -> dict[str, str]:
    return {claim.about: claim.verdict for claim in proof.claims}


def with_tls(mesh: list[Object], **tls: object) -> list[Object]:
    changed = deepcopy(mesh)
    gateway = next(one for one in changed if one["kind"] == "Gateway")
    gateway["spec"]["servers"][0]["tls"] = tls
    return changed


@pytest.mark.parametrize("mesh", [strict(), permissive()])
def test_what_is_sent_to_https_is_not_said_to_be_delivered(mesh: list[Object]) -> None:
    changed = with_tls(mesh, httpsRedirect=True)
    plan, written = proven(changed), proof_of(changed)

    assert [(verdicts(found), found.verdict) for found in (plan, written)] == [
        (OPEN, "undecided")
    ] * 2
    assert {doubt.place.path for doubt in plan.doubts if doubt.place} == {
        ("spec", "servers", 0, "tls", "httpsRedirect")
    }


def test_a_tls_block_without_a_redirect_changes_nothing() -> None:
    assert verdicts(proven(with_tls(strict(), httpsRedirect=False))) == PROVEN


def test_a_redirect_before_a_users_own_entry_into_lanes_leaves_it_open() -> None:
    mesh = with_tls(strict(), httpsRedirect=True)
    for lane in (one for one in mesh if one["kind"] == "ASMSwimLane"):
        del lane["spec"]["ingressRules"]
    to_s1 = {"route": [{"destination": {"host": CART, "subset": "s1"}}]}
    spec = {"gateways": ["istio-system/ingressgateway"], "http": [to_s1]}
    own = objects.virtual_service("own", "istio-system", ["*"], **spec)

    assert verdicts(proven([*mesh, own])) == OPEN


def test_a_redirect_of_hosts_without_lanes_leaves_nothing_open() -> None:
    other = objects.gateway("other", {"istio": "ingressgateway"}, 80, ["other.test"])
    other["spec"]["servers"][0]["tls"] = {"httpsRedirect": True}

    assert verdicts(proven([*strict(), other])) == PROVEN
