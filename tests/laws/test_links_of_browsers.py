"""Law: no host of a gateway leads browsers into a lane twice by the same sign."""

from __future__ import annotations

from hypothesis import given

from laneway.core.routing.plan.entry_cookies import BROWSER_MEANS
from tests.laws import objects
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.objects import Object


@given(shared_meshes())
def test_each_link_stands_once_at_a_host(mesh: list[Object]) -> None:
    for entry in compile_mesh(mesh).plan.entries:
        signs = [
            (rule.by, rule.lane, rule.matches) for rule in entry.rules if rule.by in BROWSER_MEANS
        ]

        assert len(signs) == len(set(signs))


def test_rules_for_a_host_and_for_a_wider_one_share_their_link() -> None:
    gateway = {"name": "ingressgateway", "namespace": "istio-system"}
    group = objects.lane_group("g", [objects.reference("a", "default")], {"gateway": gateway})
    group["metadata"]["annotations"] = {"laneway.dev/lane-cookie": "lane"}
    to = {"destination": {"host": objects.host_of("a", "default")}}
    rules = [
        {"name": host, "online": True, "hosts": [host], "match": match, "route": to}
        for host, match in (
            ("*", {"uri": {"prefix": "/"}, "headers": {"x-lane": {"exact": "s1"}}}),
            ("shop.example.com", {"uri": {"prefix": "/"}, "headers": {"x-user": {"exact": "a"}}}),
        )
    ]
    mesh = [
        objects.service("a", "default", [{"port": 8000, "name": "http"}], cluster_ip="10.96.0.1"),
        objects.gateway("ingressgateway", {"istio": "ingressgateway"}, 80, ["*"]),
        group,
        objects.lane("s1", "g", {"version": "v1"}, ingressRules=rules),
    ]
    narrow = next(one for one in compile_mesh(mesh).plan.entries if one.host == "shop.example.com")

    assert [rule.by for rule in narrow.rules] == ["link", "link", "cookie", "entry", "entry"]
