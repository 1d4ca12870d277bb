"""What is printed of a disagreement is as small as it can be and still shows it."""

from __future__ import annotations

from tests.cluster.shrinking import shrunk
from tests.laws.objects import Object, virtual_service

NOISE = [virtual_service(f"other-{number}", "default", ["*"]) for number in range(7)]


def _shows(mesh: list[Object]) -> bool:
    """Whether a mesh has a rule with a weight of 7 and one with a timeout, in one object."""
    return any("'weight': 7" in str(item) and "'timeout'" in str(item) for item in mesh)


def test_only_what_it_takes_is_left_of_a_mesh() -> None:
    http = [
        {"match": [{"uri": {"exact": "/a"}}], "route": [{"weight": 7}, {"weight": 93}]},
        {"timeout": "5s", "route": [{"destination": {"host": "cart"}}]},
        {"route": [{"destination": {"host": "order"}}]},
    ]
    guilty = virtual_service("own", "default", ["*"], gateways=["main"], http=http)

    (left,) = shrunk([*NOISE, guilty, *NOISE], _shows)

    assert left["spec"] == {"hosts": ["*"], "http": [{"route": [{"weight": 7}]}, {"timeout": "5s"}]}


def test_a_mesh_of_which_nothing_can_be_left_out_stays() -> None:
    one, two = virtual_service("a", "default", ["*"]), virtual_service("b", "default", ["*"])

    assert shrunk([one, two], lambda mesh: mesh == [one, two]) == [one, two]
