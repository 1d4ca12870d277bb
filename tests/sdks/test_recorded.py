"""What is predicted of a program agrees with what that program sent when it was run.

The recorded rows are the judge. Of each that a manifest decides one is made: the annotation names
the program, variables and options are those of the row. What depends on the request or on the
program's code is left out, since no manifest shows it.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest
import yaml

from laneway.core.sdks.sighting import SDKS_ANNOTATION
from tests.recorded.rows import KEY, Recorded, recorded
from tests.sdks.reading import mesh_of, predicted_of

PROGRAMS = {
    "py flask requests": "opentelemetry-python requests",
    "js http": "opentelemetry-node axios",
    "js fetch": "opentelemetry-node fetch",
    "js undici": "opentelemetry-node",
    "java agent": "opentelemetry-java",
    "go otelhttp": "opentelemetry-go",
    "boot 4.1 brave": "spring-boot-brave",
    "boot 4.1 otel": "spring-boot-opentelemetry",
    "boot 4.1 brave agent": "spring-boot-brave opentelemetry-java",
    "boot 4.1 otel agent": "spring-boot-opentelemetry opentelemetry-java",
    "sentry py": "sentry-python",
    "sentry js": "sentry-node",
    "sentry py otel requests": "sentry-python opentelemetry-python requests",
    "sentry py otel httpx": "sentry-python opentelemetry-python httpx",
    "sentry js otel": "sentry-node opentelemetry-node",
    "ddtrace py": "datadog-python",
    "ddtrace py httpx": "datadog-python httpx",
    "dd-trace js": "datadog-node",
    "ddtrace py otel": "datadog-python opentelemetry-python",
    "skywalking py": "skywalking-python@1.2.0",
    "skywalking py 1.3": "skywalking-python@1.3.0",
    "skywalking js": "skywalking-node",
    "skywalking java": "skywalking-java",
    "elastic py": "elastic-python",
    "elastic py otel requests": "elastic-python opentelemetry-python requests",
    "elastic py otel httpx": "elastic-python opentelemetry-python httpx",
    "newrelic py": "newrelic-python",
    "aiohttp": "opentelemetry-python aiohttp-server",
}
ROWS = ("A8", "A9", "A10", "A11", "A12", "A13", "B4", "B7", "T1", "T2", "T3", "T4")
PROPAGATORS = {
    "b3 and baggage": "b3,baggage",
    "b3,": "b3",
    "b3multi": "b3multi",
    "tracecontext": "tracecontext",
    "baggage": "baggage",
    "xray,": "xray",
}
BY_REQUEST = (
    *("without a trace", "properties", "members", "empty value", "without sw8", "entries"),
    *("in b3", "OpenTracing", "trace of Sentry's"),
)
BY_CODE = (
    *("sets baggage itself", "Sentry loaded first", "tracePropagationTargets", "of its own"),
    *("DefaultClient", "client.Get", "supplyAsync", "new Thread", "listener", "developer mode"),
    *("flatMap", "the same with spring", "behind both", "JDK HttpClient"),
)


def _is_shown(one: Recorded) -> bool:
    left_out = any(word in one.what for word in (*BY_REQUEST, *BY_CODE))
    return one.row in ROWS and one.program in PROGRAMS and not left_out and one.over == "http"


SHOWN = [one for one in recorded() if _is_shown(one)]


def _manifest(one: Recorded) -> str:
    variables = dict(re.findall(r"\b((?:OTEL|DD)_[A-Z_]+)=(\S+?)(?=,? |$)", one.what))
    options = [f"-D{text}" for text in re.findall(r"management\.[\w.]+=\w+", one.what)]
    if one.row == "A10":
        named = next(key for key in PROPAGATORS if one.what.startswith(key))
        variables["OTEL_PROPAGATORS"] = PROPAGATORS[named]
    if one.what == "Elastic, ENABLED=false":
        variables["ELASTIC_APM_ENABLED"] = "false"
    if "a style of Datadog's without baggage" in one.what:
        variables["DD_TRACE_PROPAGATION_STYLE"] = "datadog"
    if "remote-fields" in one.what:
        options.append(f"-Dmanagement.tracing.baggage.remote-fields={KEY}")
    if "propagation by b3" in one.what:
        options.append("-Dmanagement.tracing.propagation.type=b3")
    container = {
        "name": "a",
        "args": options,
        "env": [{"name": name, "value": value} for name, value in variables.items()],
    }
    annotations = {SDKS_ANNOTATION: PROGRAMS[one.program]}
    template = {"metadata": {"annotations": annotations}, "spec": {"containers": [container]}}
    head = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}
    return yaml.safe_dump({**head, "spec": {"template": template}})


def _came_and_left(one: Recorded) -> dict[str, bool]:
    """Return the headers that came with something to carry, and whether it left."""
    came = {name.lower() for name, _ in one.came}
    found = {}
    if "baggage" in came:
        found["baggage"] = one.lane is not None and one.by == "baggage"
    if "traceparent" in came:
        found["traceparent"] = one.trace == "kept"
    if "sw8-correlation" in came:
        found["sw8"] = one.trace == "kept"
        found["sw8-correlation"] = one.lane is not None
    if KEY in came:
        found["plain header"] = any(name.lower() == KEY for name, _ in one.left)
    return found


@pytest.mark.parametrize("one", SHOWN, ids=[one.name for one in SHOWN])
def test_a_prediction_agrees_with_what_was_sent(one: Recorded) -> None:
    mesh = mesh_of(_manifest(one))

    told = {header: predicted_of(mesh, header).outcome for header in _came_and_left(one)}

    wrong = {True: "will not", False: "passes on"}
    assert {h: told[h] for h, left in _came_and_left(one).items() if told[h] == wrong[left]} == {}


def test_of_most_recorded_rows_a_prediction_speaks() -> None:
    outcomes = Counter(
        predicted_of(mesh_of(_manifest(one)), header).outcome
        for one in SHOWN
        for header in _came_and_left(one)
    )

    spoken = outcomes.total() - outcomes["unknown"]
    assert spoken / outcomes.total() > 0.85
    assert outcomes["will not"] > 50
    assert outcomes["passes on"] > 50
