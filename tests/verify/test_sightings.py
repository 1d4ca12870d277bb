"""What is said of programs whose lane goes on all the same, and which request a call belongs to."""

import pytest
from msgspec.structs import replace

from laneway.core.judging.passages import Passage
from laneway.core.judging.sent_on import Saw, SentOn
from laneway.core.judging.sightings import respellings, with_sightings
from laneway.core.judging.tally import Noticed, Tallied, Tried
from laneway.core.judging.trying import FORMS
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref
from tests.verify.simulated import Simulated
from tests.wire.chains import Chain

LANES = {"s1": "mocka mockb mockc", "s2": "mocka mockc"}
YAML = Chain(LANES, trace_header="baggage").yaml
SECOND = YAML.replace(
    "{name: mock}", "{name: mock, annotations: {laneway.dev/second-carrier: traceparent}}"
)
CALLER = Ref("Deployment", "default", "mockb-v1")
ROW = Tallied(Passage((CALLER,), "mock", Host("mockc.default.svc.cluster.local"), (2,), 2, 0))
TWO_LINES = Noticed(CALLER, Saw("sent more than one baggage line", carries=True), 2, FORMS[:1])
NOTHING = Noticed(CALLER, Saw("sent no baggage", carries=False), 2, FORMS[:1])


@pytest.mark.parametrize(
    ("yaml", "noticed", "lost", "codes"),
    [
        (YAML, TWO_LINES, 0, ["LW1744"]),
        (YAML, TWO_LINES, 1, []),
        (YAML, NOTHING, 0, []),
        (SECOND, NOTHING, 0, ["LW1745"]),
        (SECOND, NOTHING, 1, []),
    ],
)
def test_a_lane_that_goes_on_is_told_of_where_it_goes_on_by_a_hair(
    yaml: str, noticed: Noticed, lost: int, codes: list[str]
) -> None:
    mesh = Simulated.of(yaml).ground.mesh
    row = replace(ROW, passage=replace(ROW.passage, lost=lost), sightings=(noticed,))

    assert [one.code.id for one in respellings(mesh, [row])] == codes


def test_a_call_belongs_to_the_request_of_its_trace_and_else_to_the_one_before_it() -> None:
    ground = Simulated.of(YAML).ground
    (replica,) = [name for name, one in ground.ledger.replicas.items() if one.workload == CALLER]
    tried = [
        Tried("first", ("s2",), FORMS[1], "a" * 32, 1.0),
        Tried("then", ("s2",), FORMS[0], "", 2.0),
    ]
    traced = {"traceparent": f"00-{'a' * 32}-00f067aa0ba902b7-01"}
    sent = [
        SentOn(2.5, replica, "mockc:8000", traced, traced),  # a clock that was put back
        SentOn(2.5, replica, "mockc:8000"),
        SentOn(0.5, replica, "mockc:8000"),  # before the first request
        SentOn(2.5, replica, "elsewhere:8000"),
    ]

    (row,) = with_sightings(ground, [ROW], sent, tried)

    assert [(one.saw.words, one.calls, one.forms) for one in row.sightings] == [
        ("sent no baggage", 2, (FORMS[1], FORMS[0])),
        ("went on with the trace", 1, (FORMS[1],)),
    ]
