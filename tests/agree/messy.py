"""Requests as messy as real programs and their users make them: lists and ids of traces.

Comes in: a drawn mesh and a seed. Goes out: the requests that `tests.laws.asks` draws for it, with
other headers: baggage on several lines, of many members, folded, doubled, encoded, blank or broken,
SkyWalking's pairs so as well, ids in every spelling of a trace, and the very lines that real
programs were seen to send.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from random import Random
from uuid import UUID

from msgspec.structs import replace

from laneway.core.mesh.propagation import LISTS
from laneway.core.routing.plan.members import Members
from tests.agree.drawing import Drawn
from tests.laws.asks import Ask, random_ask
from tests.laws.corpus import draw_meshes
from tests.laws.meshes import permissive_meshes
from tests.laws.objects import Object
from tests.recorded.rows import KEY, Lines, recorded

SPAN = "00f067aa0ba902b7"
BLANKS = ("", "", "", "", " ", "\t", "  ", " \t ")
PROPERTIES = (
    *("", "", "", ";p", ";p=1;q=2", " ; p = 1", ";;", ";p%3Bq", f";{KEY}=s2"),
    *("%3Bttl%3D1", "%3bttl%3d1", "+%3B+ttl%3D1", "%2B%3Bp", "%20%3Bp", "%3B", f"%3B{KEY}%3Ds2"),
)
FOREIGN = (
    *("userId=alice", "userId=al%20ice+b", "tier=gold;p=1", "a=", "=x", "bare", "", " ", "a=b c"),
    *(
        "bad key=1",
        f"{KEY}s=s2",
        f"y-{KEY}=s2",
        f"{KEY.upper()}=s2",
        KEY,
        f"{KEY};p=1",
        f"{KEY} x=s2",
    ),
    *(
        "sentry-trace_id=1,sentry-environment=production",
        f"{KEY[:-1]}=s2",
        f"a={KEY}=s2",
        "x%2Dlane=s2",
    ),
    *('q="s2,s3"', "é=ü", "==", f"{KEY}=", f"{KEY}=%73%32", f"{KEY}=s2 s3"),
)
PAIRS = Members("sw8-correlation", KEY)
FOREIGN_PAIRS = (
    *("YQ==:MQ==", "YQ==:", ":MQ==", "YQ==", "", " ", PAIRS.spelled(KEY), f"{KEY}:s2"),
    *(f"{PAIRS.member('s2')}:x", f"{PAIRS.spelled(KEY)}:s2", f"{PAIRS.spelled(KEY)}:", "a=1"),
    *(PAIRS.member("s2").rstrip("="), f"a{PAIRS.member('s2')}", f"{PAIRS.member('s2')}s"),
)
TAKEN = frozenset({*LISTS, KEY})
"""Of recorded lines those that are replayed here: their ids are one and the same in every row."""


def messy(mesh: list[Object], number: int, asks: int) -> Drawn:
    """Return a mesh with `asks` messy requests, the same ones for the same number."""
    chance = Random(number)  # noqa: S311 - a drawn case is no secret
    mesh = [_by_a_list(one, chance) if chance.random() < 0.9 else one for one in mesh]
    lanes = [one["metadata"]["name"] for one in mesh if one["kind"] == "ASMSwimLane"]
    return Drawn(mesh, tuple(_messy(random_ask(mesh, chance), lanes, chance) for _ in range(asks)))


def draw_messy(count: int, asks: int, number: int) -> list[Drawn]:
    """Draw `count` meshes of permissive groups with `asks` messy requests each."""
    drawn = draw_meshes(permissive_meshes(), count, number)
    return [messy(mesh, each, asks) for mesh, each in drawn]


def _by_a_list(item: Object, chance: Random) -> Object:
    """Return a group as one whose lanes travel in a list, and anything else as it is."""
    told = item.get("spec", {}).get("permissiveModeConfiguration")
    if item["kind"] != "ASMSwimLaneGroup" or not told:
        return item
    header = chance.choice(("baggage", "baggage", "sw8-correlation"))
    told = {**told, "traceHeader": header, "routeHeader": KEY}
    return {**item, "spec": {**item["spec"], "permissiveModeConfiguration": told}}


def _messy(ask: Ask, lanes: list[str], chance: Random) -> Ask:
    if chance.random() < 0.1:
        lines = [pair for pair in chance.choice(recorded()).left if pair[0].lower() in TAKEN]
    else:
        lines = list(_lines(lanes, chance))
    kept = [pair for pair in ask.headers if pair[0].lower() not in LISTS]
    return replace(ask, headers=(*kept, *lines))


def _lines(lanes: list[str], chance: Random) -> Iterator[tuple[str, str]]:
    """Yield lines of lists, ids, and a plain header now and then, in any order."""
    found = [
        (chance.choice(("baggage", "baggage", "Baggage", "BAGGAGE")), _baggage(lanes, chance))
        for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3)))
    ]
    found += [
        (chance.choice(("sw8-correlation", "SW8-Correlation")), _pairs(lanes, chance))
        for _ in range(chance.choice((0, 0, 1, 1, 2)))
    ]
    for _ in range(chance.choice((0, 0, 1, 2))):
        found += _ids(chance)
    if chance.random() < 0.2:
        found.append((KEY, chance.choice([*lanes, "unknown", ""])))
    chance.shuffle(found)
    yield from found


def _ids(chance: Random) -> Lines:
    """Return the lines of an id that no other request has, as the lane filter remembers ids."""
    trace = f"{chance.getrandbits(128):032x}"
    field = b64encode(trace.encode()).decode()
    short, other = trace[16:], f"{chance.getrandbits(128):032x}"
    ways: tuple[Lines, ...] = (
        (("traceparent", f"00-{trace}-{SPAN}-01"),),
        (("traceparent", f"00-{trace}-{SPAN}-01"), ("traceparent", f"00-{other}-{SPAN}-00")),
        (("b3", f"{short}-{SPAN}-1"),),
        (("B3", f"0000000000000000{short}-{SPAN}-1-{SPAN}"),),
        (("X-B3-TraceId", trace.upper()), ("X-B3-SpanId", SPAN), ("X-B3-Sampled", "1")),
        (("uber-trace-id", f"{trace}%3A{SPAN}%3A0%3A1"),),
        (("X-Amzn-Trace-Id", f"Root=1-{trace[:8]}-{trace[8:]};Sampled=1"),),
        (
            ("x-datadog-trace-id", str(int(short, 16))),
            ("x-datadog-tags", f"_dd.p.tid={trace[:16]}"),
        ),
        (("sw8", f"1-{field}-MWY=-0-Y2FydA==-Y2FydC0w-L2NhcnQ=-c2hvcDo4MDgw"),),
        (
            ("sw8", f"1-{field}-MWY=-0-Y2FydA==-Y2FydC0w-L2NhcnQ=-c2hvcDo4MDgw"),
            ("sw8-correlation", "eC1hc20tcHJlZmVyLXRhZw==:czI="),
        ),
        (("x-request-id", str(UUID(trace))),),
        (("x-request-id", str(UUID(trace))), ("traceparent", f"00-{other}-{SPAN}-01")),
    )
    return chance.choice(ways)


def _baggage(lanes: list[str], chance: Random) -> str:
    """Return one line: sometimes empty, mostly short, now and then beyond every limit of an SDK."""
    count = chance.choice((0, 1, 1, 2, 2, 3, 4, 6, 70 if chance.random() < 0.2 else 2))
    members = [
        _of_lane(lanes, chance) if chance.random() < 0.5 else chance.choice(FOREIGN)
        for _ in range(min(count, 8))
    ]
    members += [f"k{number}=v" for number in range(count - len(members))]
    chance.shuffle(members)
    return ",".join(members).strip(" \t")


def _pairs(lanes: list[str], chance: Random) -> str:
    """Return one line of SkyWalking's pairs."""
    pairs = [
        PAIRS.member(chance.choice([*lanes, *lanes, "unknown", ""]))
        if chance.random() < 0.6
        else chance.choice(FOREIGN_PAIRS)
        for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 4)))
    ]
    return ",".join(chance.choice(BLANKS) + one + chance.choice(BLANKS) for one in pairs).strip()


def _of_lane(lanes: list[str], chance: Random) -> str:
    around = [chance.choice(BLANKS) for _ in range(4)]
    lane = chance.choice([*lanes, *lanes, "unknown", ""])
    written = f"{around[0]}{KEY}{around[1]}={around[2]}{lane}{around[3]}"
    return written + chance.choice(PROPERTIES)
