"""Baggage as the filter leaves it: on one line, and in the order that the model says."""

import random
from collections.abc import Iterator

import pytest

from laneway.core.routing.ask.baggage_lines import MOST_BYTES, in_order
from laneway.core.routing.ask.request import Request
from tests.wasm.filtered import LANE, Filtered, filtered

pytestmark = pytest.mark.envoy

KEYS = (LANE, "x-other-lane")
L = f"{LANE}=s2"
JOINED: dict[str, str | int] = {"role": "baggage"}
IN_ORDER: dict[str, str | int] = {"role": "baggage", "group": "shop"}


@pytest.fixture(scope="module")
def envoy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filtered]:
    listeners = {
        "entry": [JOINED],
        "pod": [IN_ORDER | {"members": LANE}],
        "both": [IN_ORDER | {"members": ",".join(KEYS)}],
    }
    with filtered(tmp_path_factory.mktemp("envoy"), listeners) as running:
        yield running


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([], None),
        (["a=1"], "a=1"),
        (["a=1,b=2;p , c=%20"], "a=1,b=2;p , c=%20"),
        (["a=1", "b=2", "c=3"], "a=1,b=2,c=3"),
        (["a=1", "", ",,;=%,%1,=="], "a=1,,,,;=%,%1,=="),
        (["x" * 3_000] * 5, ",".join(["x" * 3_000] * 5)),
    ],
)
def test_lines_are_joined_and_nothing_is_lost(
    envoy: Filtered, lines: list[str], joined: str | None
) -> None:
    seen = envoy.send("entry", *(("baggage", line) for line in lines))
    assert seen.headers.get("baggage") == joined


def test_more_than_can_be_held_passes_as_it_is(envoy: Filtered) -> None:
    assert envoy.send("entry", *[("baggage", "x" * 60_000)] * 5).status == 200
    assert envoy.send("pod", *[("baggage", "x" * 60_000)] * 5).status == 200


@pytest.mark.parametrize(
    ("lines", "left", "counted"),
    [
        ([], None, ""),
        (["a=1, b=2;p"], "a=1, b=2;p", ""),
        ([f"{L},a=1"], f"{L},a=1", ""),
        # opentelemetry 1.45.1 of Python folds properties into the value, with plus for a blank
        ([f"{LANE}=s2%3Bttl%3D1%3Bx%3Dy,tier=gold"], f"{L},tier=gold", "cleaned"),
        ([f"{LANE}=s2+%3B+ttl%3D1"], L, "cleaned"),
        ([f"{L};propagation=unlimited"], L, "cleaned"),
        ([f"{L};propagation%3Dunlimited"], L, "cleaned"),
        # opentelemetry 1.68.0 (Java) and 1.47.0 (Go) change the order
        (
            ["tier=gold,userId=alice%20b," + L + ";ttl=1;x=y"],
            f"{L},tier=gold,userId=alice%20b",
            "cleaned",
        ),
        # sentry-sdk 2.75.0 and @sentry/node 11.12.0 beside OpenTelemetry, undici 7.30.2
        (["sentry-trace_id=1", L], f"{L},sentry-trace_id=1", "cleaned joined"),
        ([L, "tenant=a"], f"{L},tenant=a", "joined"),
        # ddtrace 4.16.0 and dd-trace 6.21.0 send on nothing beside these
        ([f"a=,{L}"], L, "cleaned dropped"),
        ([f"{L},a"], L, "dropped"),
        ([f"{L},bad key=1"], L, "dropped"),
        ([f"{L},=x,,b=2"], f"{L},b=2", "dropped"),
        # of a name twice all take the last
        ([f"{LANE}=s3,{L}"], L, "cleaned"),
        ([f"{LANE}=s3", f"{L}"], L, "cleaned joined"),
        ([f" {LANE} = s2 ,\ta=1"], f"{L},a=1", "cleaned"),
        ([f"{LANE}=%73%32"], L, "cleaned"),
        ([f"{LANE.title()}=s2"], f"{LANE.title()}=s2", ""),
        ([f"{LANE}="], None, "dropped"),
        ([f"{LANE}={'s' * 64}"], None, "dropped"),
        ([",".join([*(f"k{one}=v" for one in range(70)), L])], None, "cleaned shortened"),
        ([",".join([*(f"k{one}={'v' * 94}" for one in range(91)), L])], None, "cleaned shortened"),
        ([f"a={'v' * 9000},{L}"], L, "shortened"),
    ],
)
def test_what_programs_write_is_put_in_order_and_counted(
    envoy: Filtered, lines: list[str], left: str | None, counted: str
) -> None:
    names = ("joined", "cleaned", "dropped", "shortened")
    before = {name: envoy.counted(name) for name in names}

    seen = envoy.send("pod", *(("baggage", line) for line in lines))

    if left is None and counted == "cleaned shortened":
        others = lines[0].removesuffix(f",{L}")
        assert seen.headers["baggage"].startswith(f"{L},")
        assert others.startswith(seen.headers["baggage"].removeprefix(f"{L},"))
        assert seen.headers["baggage"].count("=") <= 64
        assert len(seen.headers["baggage"]) <= MOST_BYTES
    else:
        assert seen.headers.get("baggage") == left
    changed = {name for name in names if envoy.counted(name) != before[name]}
    assert changed >= set(counted.split()) - {"cleaned"}
    assert changed <= {*counted.split(), "cleaned"}


def drawn(random: random.Random) -> list[str]:
    """Draw lines as programs and people write them, and worse."""
    names = (
        *KEYS,
        LANE,
        "a",
        "k",
        "bad key",
        "",
        "X-Other-Lane",
    )
    values = (
        "s2",
        "s1",
        "",
        "s2%3Bttl%3D1",
        "%73%32",
        "s2%20",
        "+s+2+",
        "v" * 64,
        "v" * 200,
        "a=b",
        "%zz",
        "%2%35",
        "%%32%32",
        "%",
    )
    ends = ("", "", ";p", " ; p=1;q", ";", " ", "\t")

    def member() -> str:
        if random.random() < 0.1:
            return random.choice(("", " ", "a", ";", "=", "a;b=1"))
        blank = random.choice(("", "", "", " ", "\t"))
        name, value, end = (random.choice(some) for some in (names, values, ends))
        return f"{blank}{name}{blank}={blank}{value}{end}"

    def line() -> str:
        few = random.random() < 0.9
        return ",".join(member() for _ in range(random.randint(1, 5 if few else 120)))

    return [line().strip(" \t") for _ in range(random.randint(1, 3))]


@pytest.mark.parametrize(("listener", "members"), [("pod", KEYS[:1]), ("both", KEYS)])
def test_envoy_leaves_what_the_model_says(
    envoy: Filtered, listener: str, members: tuple[str, ...]
) -> None:
    drawing = random.Random(18)  # noqa: S311 - the same lines in every run
    for _ in range(400):
        lines = drawn(drawing)
        headers = tuple(("baggage", line) for line in lines)
        expected = in_order(Request(headers=headers), members).values("baggage")
        seen = envoy.send(listener, *headers).headers.get("baggage")
        assert seen == (",".join(expected) or None), lines
