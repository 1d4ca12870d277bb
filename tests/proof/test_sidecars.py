"""What check says a Sidecar hides, and from whom, is what prove lays at it."""

from __future__ import annotations

import re

import pytest

from laneway.core.findings.codes.routing import SIDECAR_HIDES_HOST
from tests.laws import objects
from tests.laws.compiling import compile_mesh
from tests.laws.objects import Object
from tests.proof.shop import ORDER, proof_of, strict

CART_ALONE, ALL = "default/cart.default.svc.cluster.local", "*/*"
Told = set[tuple[str, str]]
"""Pods that do not see the service `order`, each with the Sidecar that hides it."""


def sidecar(place: str, hosts: str, version: str = "") -> Object:
    space, name = place.split("/")
    selector = {"workloadSelector": {"labels": {"version": version}}} if version else {}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Sidecar",
        "metadata": objects.head(name, space),
        "spec": {"egress": [{"hosts": [hosts]}], **selector},
    }


def told_by_check(mesh: list[Object]) -> Told:
    found = [one for one in compile_mesh(mesh).findings if one.code == SIDECAR_HIDES_HOST]
    assert all(" hides default/order from " in one.message for one in found)
    return {
        (pod, one.subject) for one in found for pod in re.findall(r"default/cart-v\d", one.message)
    }


def told_by_prove(mesh: list[Object]) -> Told:
    proof = proof_of(strict(), more=mesh[len(strict()) :])
    claims = {claim.about: claim for claim in proof.claims}
    return {
        (pod, str(one.rule.origin.ref))
        for one in claims["isolated"].against
        if one.rule and one.spot.who and one.spot.host == ORDER
        for pod in one.spot.who.names
    }


ROOT, OWN = "istio-system/narrow", "default/narrow"
BOTH = ("v1", "v2")


@pytest.mark.parametrize(
    ("sidecars", "blind", "by"),
    [
        pytest.param([sidecar(ROOT, CART_ALONE)], BOTH, ROOT, id="root namespace"),
        pytest.param([sidecar(OWN, CART_ALONE)], BOTH, OWN, id="namespace"),
        pytest.param([sidecar(OWN, CART_ALONE, "v1")], ("v1",), OWN, id="selector"),
        pytest.param([sidecar(OWN, CART_ALONE, "v9")], (), OWN, id="selector of other pods"),
        pytest.param([sidecar("clients/narrow", CART_ALONE)], (), "", id="other namespace"),
        pytest.param(
            [sidecar(ROOT, CART_ALONE), sidecar("default/wide", ALL)],
            (),
            "",
            id="the namespace's own comes before the root's",
        ),
        pytest.param(
            [sidecar(OWN, CART_ALONE), sidecar("default/wide", ALL, "v1")],
            ("v2",),
            OWN,
            id="a selector comes before the namespace",
        ),
    ],
)
def test_check_and_prove_agree_on_what_a_sidecar_hides(
    sidecars: list[Object], blind: tuple[str, ...], by: str
) -> None:
    mesh = [*strict(), *sidecars]
    expected = {(f"default/cart-{version}", f"Sidecar {by}") for version in blind}

    assert told_by_check(mesh) == told_by_prove(mesh) == expected
