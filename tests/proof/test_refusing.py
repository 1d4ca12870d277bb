"""A policy that may refuse requests leaves *delivered* open, and no other property."""

from __future__ import annotations

import pytest

from tests.laws.objects import Object
from tests.proof.shop import proven, strict


def policy(spec: Object, space: str = "default") -> Object:
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": "guard", "namespace": space},
        "spec": spec,
    }


SOME: Object = {"rules": [{"to": [{"operation": {"methods": ["GET"]}}]}]}


@pytest.mark.parametrize(
    ("more", "delivered"),
    [
        (policy({}), "undecided"),
        (policy(SOME), "undecided"),
        (policy(SOME, "istio-system"), "undecided"),
        (policy({"action": "CUSTOM", "provider": {"name": "opa"}} | SOME), "undecided"),
        (policy({"rules": [{}]}), "proven"),
        (policy(SOME, "clients"), "proven"),
    ],
)
def test_what_a_policy_may_refuse_is_not_said_to_be_delivered(more: Object, delivered: str) -> None:
    proof = proven([*strict(), more])

    assert {claim.about: claim.verdict for claim in proof.claims} == {
        "isolated": "proven",
        "delivered": delivered,
    }
