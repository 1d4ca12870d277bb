"""What is said to istiod and heard of it, down to the bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from laneway.adapters.istiod.messages import (
    TABLE,
    Node,
    acknowledgement,
    request,
    response,
    table,
)
from laneway.adapters.istiod.protobuf import (
    MalformedError,
    fields,
    first,
    number_of,
    part,
    text,
    text_of,
)
from laneway.core.live.seen import Route

NODE = Node("sidecar", "203.0.113.1", "cart", "shop", {"lane": "v1"})


def message(*parts: bytes) -> memoryview:
    return memoryview(b"".join(parts))


@pytest.mark.parametrize("size", [0, 1, 127, 128, 300, 20_000])
def test_what_is_spelled_is_read_back(size: int) -> None:
    held = message(text(3, "lane ä"), part(2000, b"x" * size))
    assert text_of(held, 3) == "lane ä"
    assert [number for number, _ in fields(held)] == [3, 2000]
    assert bytes(first(held, 2000)) == b"x" * size


@given(st.binary(max_size=60))
def test_bytes_that_are_no_message_are_told_and_nothing_else_happens(noise: bytes) -> None:
    try:
        found = list(fields(memoryview(noise)))
    except MalformedError:
        return
    assert all(number >= 0 for number, _ in found)


def test_numbers_fixed_sizes_and_texts_are_told_apart() -> None:
    held = memoryview(b"\x08\x96\x01" + b"\x11" + bytes(8) + b"\x1d" + bytes(4) + b"\x22\x01a")
    read = [(at, value if isinstance(value, int) else bytes(value)) for at, value in fields(held)]
    assert read == [(1, 150), (2, bytes(8)), (3, bytes(4)), (4, b"a")]
    assert number_of(held, 1) == 150


@pytest.mark.parametrize("cut", [b"\x08", b"\x0a\x05ab", b"\x0b", b"\xff" * 11])
def test_what_is_cut_off_is_malformed(cut: bytes) -> None:
    with pytest.raises(MalformedError):
        list(fields(memoryview(cut)))


def test_a_proxy_says_its_namespace_and_labels() -> None:
    told = memoryview(NODE.spelled())
    assert text_of(told, 1) == "sidecar~203.0.113.1~cart.shop~shop.svc.cluster.local"
    assert b"lane" in bytes(told)
    assert b"GENERATOR" not in bytes(told)


def test_only_the_first_request_says_who_asks() -> None:
    said, later = (memoryview(request("delta", TABLE, ["80"], one)) for one in (NODE, None))
    assert [at for at, _ in fields(said)] == [1, 2, 3]
    assert [at for at, _ in fields(later)] == [2, 3]


def test_the_state_of_the_world_is_acknowledged_by_all_names_again() -> None:
    answer = response("state", text(4, TABLE) + text(5, "n1"))
    state = memoryview(acknowledgement("state", answer, ["a", "b"]))
    delta = memoryview(acknowledgement("delta", answer, ["a", "b"]))
    assert [at for at, _ in fields(state)] == [1, 3, 3, 4, 5]
    assert [at for at, _ in fields(delta)] == [2, 6]


def weighted(*clusters: tuple[str, int]) -> bytes:
    shares = [part(1, text(1, name) + part(2, b"\x08" + bytes([of]))) for name, of in clusters]
    return part(2, part(3, b"".join(shares)))


def test_a_route_table_is_read_down_to_names_clusters_and_weights() -> None:
    split = weighted(("a", 30), ("b", 70)) + text(14, "split")
    sole = part(2, text(1, "a")) + text(14, "sole")
    one_of_one = weighted(("a", 100)) + text(14, "one")
    host = text(1, "cart:80") + b"".join(part(3, one) for one in (split, sole, one_of_one))
    name, hosts = table(message(text(1, "80"), part(2, host)))
    assert name == "80"
    assert hosts["cart:80"].routes == (
        Route("split", (("a", 30), ("b", 70))),
        Route("sole", (("a", 0),)),
        Route("one", (("a", 0),)),
    )


def test_any_byte_of_a_route_changes_its_digest() -> None:
    def digest(header: str) -> bytes:
        route = part(2, text(1, "a")) + text(14, "r") + text(9, header)
        host = text(1, "cart") + part(3, route)
        return table(message(text(1, "80"), part(2, host)))[1]["cart"].digest

    assert digest("x") != digest("y")
    assert digest("x") == digest("x")
