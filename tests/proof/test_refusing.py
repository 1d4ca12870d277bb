"""What routes do not show leaves open what it may break: policies, and fields not followed."""

from __future__ import annotations

import pytest

from tests.laws import objects
from tests.laws.objects import Object
from tests.proof.shop import CART, proven, strict


def rule(host: str = CART, **spec: object) -> Object:
    return objects.destination_rule("own", "default", host, **spec)


TO_CART = [{"destination": {"host": CART}}]
TLS_ROUTES: Object = {"tls": [{"match": [{"sniHosts": [CART]}], "route": TO_CART}]}


@pytest.mark.parametrize(
    ("more", "isolated", "delivered"),
    [
        (rule(trafficPolicy={"tls": {"mode": "SIMPLE"}}), "proven", "undecided"),
        (rule(trafficPolicy={"tls": {"mode": "ISTIO_MUTUAL"}}), "proven", "proven"),
        (rule("other.test", trafficPolicy={"tls": {"mode": "SIMPLE"}}), "proven", "proven"),
        (objects.virtual_service("own", "x", ["y"], **TLS_ROUTES), "undecided", "undecided"),
    ],
)
def test_a_field_that_is_not_followed_leaves_open_what_it_may_break(
    more: Object, isolated: str, delivered: str
) -> None:
    proof = proven([*strict(), more])

    said = {claim.about: claim.verdict for claim in proof.claims}
    assert said == {"isolated": isolated, "delivered": delivered}


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
