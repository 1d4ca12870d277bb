"""The same user always gets the same tag, and exactly the one the hash says."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.wasm.filtered import BASE, LANE, Filtered, filtered

pytestmark = pytest.mark.envoy

USERS = [f"user-{number}" for number in range(500)] + ["", "a", "jason", "ÿ", "x" * 5000]


def fnv_1a(value: bytes) -> int:
    """FNV-1a of 64 bits, https://datatracker.ietf.org/doc/html/draft-eastlake-fnv."""
    found = 0xCBF29CE484222325
    for byte in value:
        found = (found ^ byte) * 0x100000001B3 % 2**64
    return found


def expected(user: str, modulo: int, partitions: list[tuple[int, str]]) -> str:
    number, total = fnv_1a(user.encode("latin-1")) % modulo, 0
    for size, tag in partitions:
        total += size
        if number < total:
            return tag
    return BASE


def rule(partitions: str, modulo: int = 100, **more: str) -> dict[str, str | int]:
    return {
        "role": "tag",
        "header": "x-user-id",
        "modulo": modulo,
        "tagHeader": LANE,
        "partitions": partitions,
        **more,
    }


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners = {
        "canary": [rule("20=s2,80=s1")],
        "more": [rule("30=s2,70=s1")],
        "three": [rule("20=s2,30=s1,50=s3")],
        "wider": [rule("20=s2,45=s1,35=s3")],
        "some": [rule("10=s1, 10 = s2")],
        "fine": [rule("1=s1,4000000=s2,1=s3", modulo=8000000)],
        "host": [rule("100=s1", host="shop.example")],
        "domain": [rule("100=s1", host="*.example")],
        "two": [rule("100=s1"), rule("50=a,50=b", tagHeader="x-tag")],
    }
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


def test_the_published_vector_holds() -> None:
    assert fnv_1a(b"jason") % 100 == 12


@pytest.mark.parametrize(
    ("listener", "modulo", "partitions"),
    [
        ("canary", 100, [(20, "s2"), (80, "s1")]),
        ("some", 100, [(10, "s1"), (10, "s2")]),
        ("fine", 8000000, [(1, "s1"), (4000000, "s2"), (1, "s3")]),
    ],
)
def test_a_tag_is_what_an_independent_reckoning_says(
    envoy: Filtered, listener: str, modulo: int, partitions: list[tuple[int, str]]
) -> None:
    for user in USERS:
        found = envoy.send(listener, ("x-user-id", user.encode("latin-1")))
        assert found.route == expected(user, modulo, partitions), user


def test_of_several_lines_the_first_one_counts(envoy: Filtered) -> None:
    for user, other in pairwise(USERS[:100]):
        seen = envoy.send("canary", ("x-user-id", user), ("x-user-id", other))
        assert seen.route == expected(user, 100, [(20, "s2"), (80, "s1")])


def test_raising_the_first_share_moves_nobody_out_of_it(envoy: Filtered) -> None:
    before = {user for user in USERS if envoy.send("canary", ("x-user-id", user)).route == "s2"}
    after = {user for user in USERS if envoy.send("more", ("x-user-id", user)).route == "s2"}
    assert before < after
    assert 0.15 < len(before) / len(USERS) < 0.25


def test_raising_a_share_moves_nobody_out_of_it_or_of_those_before_it(envoy: Filtered) -> None:
    routes = [
        (envoy.send("three", user).route, envoy.send("wider", user).route)
        for user in (("x-user-id", user) for user in USERS if user.isascii())
    ]
    assert set(routes) == {("s2", "s2"), ("s1", "s1"), ("s3", "s1"), ("s3", "s3")}


def test_clients_cannot_choose_their_tag(envoy: Filtered) -> None:
    found = Counter(
        envoy.send("canary", ("x-user-id", "jason"), (LANE, lane), (LANE, lane)).headers[LANE]
        for lane in ("s1", "s2", "s3", "")
    )
    assert found == {"s2": 4}


def test_request_without_the_hash_header_loses_its_tag_and_goes_to_the_baseline(
    envoy: Filtered,
) -> None:
    seen = envoy.send("canary", (LANE, "s1"))
    assert (seen.route, LANE in seen.headers) == (BASE, False)


def test_users_beyond_all_partitions_lose_their_tag(envoy: Filtered) -> None:
    outside = next(user for user in USERS if fnv_1a(user.encode("latin-1")) % 100 >= 20)
    assert envoy.send("some", ("x-user-id", outside), (LANE, "s1")).route == BASE


@pytest.mark.parametrize(
    ("listener", "host", "route"),
    [
        ("host", "shop.example", "s1"),
        ("host", "shop.example:8080", "s1"),
        ("host", "SHOP.Example", "s1"),
        ("host", "other.example", "s3"),
        ("domain", "shop.example", "s1"),
        ("domain", "a.shop.example:80", "s1"),
        ("domain", "a.SHOP.EXAMPLE", "s1"),
        ("domain", "example", "s3"),
    ],
)
def test_a_rule_of_a_host_leaves_others_alone(
    envoy: Filtered, listener: str, host: str, route: str
) -> None:
    seen = envoy.send(listener, ("x-user-id", "u"), (LANE, "s3"), host=host)
    assert seen.route == route


def test_rules_of_several_tag_headers_stand_beside_each_other(envoy: Filtered) -> None:
    seen = envoy.send("two", ("x-user-id", "jason"))
    assert (seen.headers[LANE], seen.headers["x-tag"]) == ("s1", "a")
