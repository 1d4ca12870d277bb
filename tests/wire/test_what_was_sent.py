"""`laneway verify --context` names what programs sent, seen on real Envoy before routes edit it.

Every program is a real one with a habit of its own; all of them stand in for a lane that has none
of them, between the first service and the last.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from laneway.core.emit.envoy.carrier_log import CARRIERS_FILE
from tests.wire.chains import RunningChain, running_chain
from tests.wire.lanes import GATEWAY, documents, service

pytestmark = pytest.mark.envoy

PROGRAM = Path(__file__).with_name("habits.py")
HABITS = (
    "keeps",
    "twice",
    "folds",
    "b3",
    "fresh",
    "replaces",
    "silent",
    "needs-a-trace",
    "streams",
)
BEHIND = {name: f"last-{name}" for name in HABITS}
"""A service of the last pods for each, so that proxies tell who calls."""
KEY = "x-asm-prefer-tag"


def group() -> str:
    """Return the group: lane s2 has the first service and the last."""
    names = ("first", *HABITS, *BEHIND.values())
    listed = ", ".join(f"{{name: {name}, namespace: default}}" for name in names)
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLaneGroup
metadata: {{name: habits}}
spec:
  ingress: {{gateway: {{name: ingressgateway, namespace: istio-system, type: ASM}}}}
  services: [{listed}]
  isPermissive: true
  permissiveModeConfiguration: {{fallbackTarget: s1, traceHeader: baggage, routeHeader: {KEY}}}
"""


def lane(name: str) -> str:
    """Return a lane that requests enter by its name, whatever their path."""
    to = "{destination: {host: first.default.svc.cluster.local}}"
    match = f"{{uri: {{prefix: /}}, headers: {{{KEY}: {{exact: {name}}}}}}}"
    return f"""
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata: {{name: {name}, labels: {{swimlane-group: habits}}}}
spec:
  labelSelector: {{ASM_TRAFFIC_TAG: {name}}}
  ingressRules: [{{name: r1, online: true, match: {match}, route: {to}}}]
"""


def urls(names: Iterable[str]) -> str:
    """Return the URLs of services, as a program finds them in its environment."""
    return " ".join(f"http://{name}:8000" for name in names)


def pods(name: str, of_lane: str, habit: str, following: str) -> str:
    """Return the pods of a service in a lane; of one its manifest shows why it loses the lane."""
    shown = "command: [opentelemetry-instrument, python, x.py]" if habit == "silent" else ""
    told = ", {name: OTEL_PROPAGATORS, value: tracecontext}" if shown else ""
    labels = f"{{app: {name}, ASM_TRAFFIC_TAG: {of_lane}}}"
    return f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}-{of_lane}, namespace: default}}
spec:
  selector: {{matchLabels: {labels}}}
  template:
    metadata: {{labels: {labels}}}
    spec:
      containers:
      - name: default
        image: test/habit
        env: [{{name: HABIT, value: {habit}}}, {{name: NEXT, value: '{following}'}}{told}]
        {shown}
        ports: [{{name: http, containerPort: 8000}}]
"""


def habits() -> str:
    """Return the whole input."""
    return documents(
        GATEWAY,
        group(),
        *(lane(name) for name in ("s1", "s2")),
        *(service(name) for name in ("first", *HABITS)),
        *(service(name).replace("{app: " + name, "{app: last") for name in BEHIND.values()),
        *(pods("first", name, "keeps", urls(HABITS)) for name in ("s1", "s2")),
        *(pods(name, "s1", name, urls([BEHIND[name]])) for name in HABITS),
        *(pods("last", name, "keeps", "") for name in ("s1", "s2")),
    )


@pytest.fixture(scope="module")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningChain]:
    """The mesh of all habits."""
    run = f"test/habit={sys.executable} {PROGRAM}"
    path = tmp_path_factory.mktemp("habits") / "lanes"
    with running_chain(path, habits(), "--run", run) as found:
        yield found


@pytest.fixture(scope="module")
def told(mesh: RunningChain) -> dict[str, Any]:
    """What the command says of lane s2, each request in each form once."""
    words = ("--context", "--lane", "s2", "--requests", "3", "--streamed", "/streamed")
    said = mesh.command("verify", *words, "-o", "json")
    assert said.startswith("{"), said
    found: dict[str, Any] = json.loads(said)
    return found


def row(told: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what is told of the calls of a program."""
    (found,) = [
        one for one in told["passages"] if one["services"] == [f"Deployment default/{name}-s1"]
    ]
    return dict(found)


EVERY, TRACED, STREAMED = 18, 15, 9
"""Three entry routes for what baggage a client may bring; each is tried in three forms, and three
times with the streamed path. Three requests come without a trace."""


@pytest.mark.parametrize(
    ("habit", "seen"),
    [
        ("keeps", {}),
        ("twice", {"sent more than one baggage line, the lane behind the first": EVERY}),
        ("folds", {"sent the lane as `s2%3Bttl%3D1`": EVERY}),
        ("b3", {"sent no baggage": EVERY, "sent b3 for a traceparent": EVERY}),
        ("fresh", {"sent no baggage": EVERY, "began a new trace": None}),
        (
            "replaces",
            {
                f"sent baggage without {KEY}: sentry-environment, sentry-public_key": EVERY,
                "went on with the trace": TRACED,
            },
        ),
        ("silent", {"sent no baggage": EVERY, "went on with the trace": TRACED}),
        ("needs-a-trace", {"sent no baggage": EVERY - TRACED}),
        ("streams", {"sent no baggage": STREAMED, "went on with the trace": STREAMED}),
    ],
)
def test_what_a_program_sent_on_is_named(
    told: dict[str, Any], habit: str, seen: dict[str, int | None]
) -> None:
    found = {one["what"]: one["calls"] for one in row(told, habit)["sent"]}

    # which of these calls began one is told by the clock alone, which a machine may set
    counted = {words: found[words] if seen[words] else None for words in seen}
    assert (found.keys(), counted) == (seen.keys(), seen)


def test_the_form_of_request_that_alone_loses_the_lane_is_named(told: dict[str, Any]) -> None:
    assert row(told, "needs-a-trace")["onlyLostIn"] == ["without a trace"]
    assert row(told, "streams")["onlyLostIn"] == ["with a streamed answer"]
    assert row(told, "silent")["onlyLostIn"] == []


def test_findings_say_it_in_words(told: dict[str, Any]) -> None:
    said = {one["subject"]: one for one in told["findings"]}
    silent = said["Deployment default/silent-s1"]
    twice = said["Deployment default/twice-s1"]

    assert (silent["code"], silent["level"]) == ("LW1738", "error")
    assert silent["message"].endswith(
        "; it sent no baggage and went on with the trace"
        " (its manifest: OTEL_PROPAGATORS=tracecontext)"
    )
    assert (
        "Only requests without a trace lose it."
        in said["Deployment default/needs-a-trace-s1"]["fix"]
    )
    assert (twice["code"], twice["level"]) == ("LW1744", "info")
    assert "Deployment default/keeps-s1" not in said


def test_nothing_is_written_while_nobody_asks(mesh: RunningChain, told: dict[str, Any]) -> None:
    mesh.chains(3, {KEY: "s2"})
    again = json.loads(mesh.command("verify", "--context", "--requests", "1", "-o", "json"))

    assert told["sent"] == EVERY
    assert sum(one["calls"] for one in row(again, "silent")["sent"]) == 6
    assert [file.stat().st_size for file in mesh.folder.proxies.glob(f"*/{CARRIERS_FILE}")] == [0]
