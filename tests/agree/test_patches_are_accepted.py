"""Whatever is written into a patch, Istio accepts the objects it ends up in.

Comes in: random patches, many of them wrong. Goes out: nothing, or what Istio's schemas and its
admission say against an object that was emitted.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from tests.agree.oracle import Oracle
from tests.agree.schemas import Schemas
from tests.agree.test_emitted_is_accepted import not_accepted, of_istio
from tests.laws import objects
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.objects import Object
from tests.laws.patches import policy_patches, route_patches

pytestmark = pytest.mark.engine

HEADERS = {"traceHeader": "baggage", "routeHeader": "x-asm-prefer-tag"}


def patched(default: Object, own: Object) -> list[Object]:
    """Return a permissive mesh of one service; both patches are of an HTTP route and a policy."""
    gate = {"gateway": {"name": "ingressgateway", "namespace": "istio-system", "type": "ASM"}}
    reference = objects.reference("cart", "default") | own
    group = objects.lane_group("shop", [reference], gate)
    group["spec"] |= default | {"isPermissive": True, "permissiveModeConfiguration": HEADERS}
    return [
        objects.service("cart", "default", [{"port": 80, "name": "http"}], cluster_ip="10.0.0.1"),
        group,
        objects.lane("v1", "shop", {"version": "v1"}),
    ]


def test_what_patches_end_up_in_is_valid_for_istio(oracle: Oracle, istio_schemas: Schemas) -> None:
    @settings(max_examples=200)
    @given(route_patches(), policy_patches(), route_patches(), policy_patches())
    def check(route: Object, policy: Object, own_route: Object, own_policy: Object) -> None:
        default = {"defaultHttpRoutePatch": route, "defaultTrafficPolicyPatch": policy}
        own = {"httpRoutePatch": own_route, "trafficPolicyPatch": own_policy}
        found = of_istio(emitted(compile_mesh(patched(default, own)), "istio"))

        assert not_accepted(istio_schemas, oracle, found) == []

    check()
