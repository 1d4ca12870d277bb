"""How to fix it: where something near is known, it is named."""

from __future__ import annotations

import pytest

from tests.rules.claims_permissive import loose
from tests.rules.world import Given, group, lane, mesh, policy, routes, rule, service

AT_DOOR = "hosts: ['*']\n  gateways: [istio-system/door]"


def to(host: str, subset: str = "") -> str:
    named = f", subset: {subset}" if subset else ""
    return f"[{{route: [{{destination: {{host: {host}{named}}}}}]}}]"


def joins(name: str) -> str:
    return lane("s2", "{version: v2}", head=f"labels: {{swimlane-group: {name}}}")


def leads(host: str) -> str:
    return lane("s2", "{version: v2}", rule("s2", where=f"{{host: {host}}}"))


@pytest.mark.parametrize(
    ("given", "code", "fix"),
    [
        (mesh(s2=joins("tset")), "LW1203", "Did you mean group test?"),
        (
            mesh(s2=joins("unlike")),
            "LW1203",
            "Add the ASMSwimLaneGroup unlike to the input, or correct the label swimlane-group.",
        ),
        (
            mesh(s2=lane("My.Lane_2", "{version: v2}")),
            "LW1205",
            "Rename the lane, for example to my-lane-2.",
        ),
        (mesh(s2=lane("...", "{version: v2}")), "LW1205", "Rename the lane, for example to s1."),
        (
            mesh(group=group(door="name: door, namespace: other")),
            "LW1301",
            "A Gateway of that name is in another namespace: write istio-system/door.",
        ),
        (mesh(group=group(door="name: dor")), "LW1301", "Did you mean istio-system/door?"),
        (
            mesh(group=group(door="name: window")),
            "LW1301",
            "Add the Gateway, or name one that is there.",
        ),
        (
            mesh(routes("own", to("a", "v2"), AT_DOOR), group=loose()),
            "LW1326",
            "Add `headers: {request: {set: {x-asm-prefer-tag: s2}}}` to the destination.",
        ),
        (
            mesh(group=group(services="[{name: b, namespace: other}]")),
            "LW1601",
            "A Service of that name is in another namespace: write `namespace: default`.",
        ),
        (
            mesh(s2=leads("b.other.svc.cluster.local")),
            "LW1312",
            "A Service of that name is in another namespace: write b.default.svc.cluster.local.",
        ),
        (
            mesh(service("checkout"), s2=leads("chekout.default.svc.cluster.local")),
            "LW1312",
            "Did you mean default/checkout?",
        ),
        (
            mesh(s2=leads("unlike.default.svc.cluster.local")),
            "LW1312",
            "Add the Service to the input, or correct the name and the namespace.",
        ),
        (
            mesh(
                routes("own", to("c", "stabel"), AT_DOOR),
                policy("c", "{host: c, subsets: [{name: stable, labels: {version: v1}}]}"),
                service("c"),
            ),
            "LW1321",
            "Did you mean stable?",
        ),
        (
            mesh(routes("own", to("a", "unlike"), AT_DOOR)),
            "LW1321",
            "Write one of the subsets that are declared (s1 and s2), or add the lane.",
        ),
        (
            mesh(
                service("c"),
                routes("own", to("c", "unlike"), "hosts: [c]"),
                policy("c", "{host: c}"),
            ),
            "LW1321",
            "Add a lane or a DestinationRule that declares the subset.",
        ),
    ],
)
def test_fix_names_what_is_near(given: Given, code: str, fix: str) -> None:
    assert [one.fix for one in given.findings() if one.code.id == code] == [fix]
