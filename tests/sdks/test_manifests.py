"""What is predicted of manifests after the forms of real charts is what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from laneway.core.findings.locate import locate
from laneway.core.findings.place import Place
from laneway.core.keeping.held import Shared, read_pod_held
from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.sdks.prediction import Prediction, predicted
from tests.sdks.reading import FILES, MANIFESTS, by_header, claimed, mesh_of, predicted_of

LOST = ("will not", "changes it")


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_manifest_is_predicted_as_it_is_measured(file: Path) -> None:
    right, mesh = claimed(file), mesh_of(file.read_text().partition("\n---\n")[2])

    found = {header: predicted_of(mesh, header) for header in right.says}

    assert {header: one.outcome for header, one in found.items()} == right.says
    lost = [one.place for one in found.values() if one.outcome in LOST and one.place]
    words = right.at.split("|") if right.at else []
    assert [place for place in lost if not _stands_at(place, words)] == []


def _stands_at(place: Place, words: list[str]) -> bool:
    line = locate(place).line_text
    return any(word in line for word in words)


def test_most_manifests_are_spoken_of_and_few_are_left_open() -> None:
    spoken = [file for file in FILES if next(iter(claimed(file).says.values())) != "unknown"]

    assert len(FILES) >= 40
    assert len(spoken) >= 30
    assert len(FILES) - len(spoken) >= 5


def live(annotations: Mapping[str, str] | None = None, **more: Any) -> Workload:
    """Return a pod as a cluster gives it, read as it is kept."""
    container = {"name": "cart", "command": ["opentelemetry-instrument", "python", "app.py"]}
    head = {"name": "cart-1", "namespace": "shop", "annotations": annotations or {}}
    pod = {"metadata": head, "spec": {"containers": [{**container, **more}]}}
    held = read_pod_held(msgspec.json.encode(pod), Shared()).resource
    assert isinstance(held, Workload)
    return held


REFERENCE = {"configMapKeyRef": {"name": "shop", "key": "propagators"}}


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({}, "passes on"),
        ({"env": [{"name": "OTEL_PROPAGATORS", "value": "b3"}]}, "will not"),
        ({"env": [{"name": "OTEL_PROPAGATORS", "valueFrom": REFERENCE}]}, "unknown"),
        ({"env": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]}, "passes on"),
        ({"envFrom": [{"configMapRef": {"name": "shop"}}]}, "unknown"),
        ({"envFrom": [{"secretRef": {"name": "shop"}}]}, "passes on"),
    ],
)
def test_of_a_live_pod_what_stands_elsewhere_is_not_taken_to_be_absent(
    more: dict[str, Any], outcome: str
) -> None:
    assert predicted(live(**more), by_header("baggage")).outcome == outcome


def test_of_a_live_pod_annotations_say_which_sdks_it_has() -> None:
    said = live({"laneway.dev/sdks": "sentry-python", "other": "x"}, command=["python", "app.py"])

    assert predicted(said, by_header("baggage")).outcome == "will not"
    assert set(said.annotations) == {"laneway.dev/sdks"}


@pytest.mark.parametrize(
    ("manifest", "second", "outcome"),
    [
        ("python_aiohttp", "traceparent", "passes on"),
        ("python_b3", "traceparent", "will not"),
        ("python_b3", "b3", "passes on"),
        ("node_plain", "traceparent", "unknown"),
    ],
)
def test_a_trace_that_goes_on_stands_in_for_baggage_where_the_group_asks_for_it(
    manifest: str, second: str, outcome: str
) -> None:
    mesh = mesh_of((MANIFESTS / f"{manifest}.yaml").read_text().partition("\n---\n")[2])
    (workload,) = mesh.workloads

    found = predicted(workload, replace(by_header("baggage"), second=second))

    assert found.outcome == outcome


AGENT = "JAVA_TOOL_OPTIONS", "-javaagent:/otel/opentelemetry-javaagent.jar"
NODE = "NODE_OPTIONS", "--require @opentelemetry/auto-instrumentations-node/register"
DATADOG = "NODE_OPTIONS", "--import dd-trace/initialize.mjs"
ENABLED = "OTEL_NODE_ENABLED_INSTRUMENTATIONS"
DEFAULT = "OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED"
CLIENT = "OTEL_INSTRUMENTATION_APACHE_HTTPCLIENT_ENABLED"
BY_PART = "-Dotel.instrumentation.reactor-netty.enabled=false"
BY_OPTION = "-Dotel.instrumentation.common.default-enabled=false"
EXTRACT = "DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT"


def started(*variables: tuple[str, str]) -> Prediction:
    """Return what is predicted for baggage of a program that is started with these variables."""
    env = [{"name": name, "value": value} for name, value in variables]
    return predicted(live(command=["start"], env=env), by_header("baggage"))


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ((NODE, (ENABLED, "express,undici")), f"{ENABLED}=express,undici"),
        ((NODE, (ENABLED, "http, express")), f"{ENABLED}=http, express"),
        ((AGENT, (DEFAULT, "false")), f"{DEFAULT}=false"),
        ((AGENT, ("JDK_JAVA_OPTIONS", BY_OPTION)), BY_OPTION),
        ((AGENT, (CLIENT, "False")), f"{CLIENT}=False"),
        ((AGENT, ("JDK_JAVA_OPTIONS", BY_PART)), BY_PART),
        ((DATADOG, (EXTRACT, "ignore")), f"{EXTRACT}=ignore"),
        ((DATADOG, (EXTRACT, "restart")), f"{EXTRACT}=restart"),
    ],
)
def test_a_setting_that_may_stop_a_lane_is_named_and_nothing_is_promised(
    variables: tuple[tuple[str, str], ...], named: str
) -> None:
    found = started(*variables)

    assert (found.outcome, found.words) == ("unknown", f"{named}: not measured")
    assert found.place is not None
    assert found.place.path[-3:] == ("env", 1, "value")


@pytest.mark.parametrize(
    "variables",
    [
        (NODE, (ENABLED, "http,undici,express")),
        (NODE, (ENABLED, "")),
        (AGENT, (DEFAULT, "true")),
        (AGENT, (CLIENT, "true")),
        (AGENT, ("OTEL_INSTRUMENTATION_LOGBACK_APPENDER_ENABLED", "false")),
        (AGENT, ("JDK_JAVA_OPTIONS", "-Dotel.instrumentation.jdbc.enabled=false")),
        (DATADOG, (EXTRACT, "continue")),
    ],
)
def test_a_setting_that_stops_no_lane_changes_nothing(
    variables: tuple[tuple[str, str], ...],
) -> None:
    assert started(*variables).outcome == "passes on"


def test_a_setting_that_may_stop_a_lane_and_stands_elsewhere_leaves_it_open() -> None:
    env = [{"name": NODE[0], "value": NODE[1]}, {"name": ENABLED, "valueFrom": REFERENCE}]

    assert predicted(live(command=["start"], env=env), by_header("baggage")).outcome == "unknown"


@pytest.mark.parametrize(
    ("jar", "outcome"),
    [
        ("/otel/opentelemetry-javaagent.jar", "passes on"),
        ("opentelemetry-javaagent-2.33.1.jar", "passes on"),
        ("/otel-auto-instrumentation-java/javaagent.jar", "passes on"),
        ("/otel-auto-instrumentation-java-orders/javaagent.jar", "passes on"),
        ("/sentry/sentry-opentelemetry-agent-8.1.0.jar", "unknown"),
        ("/opt/opentelemetry/splunk-otel-javaagent.jar", "unknown"),
        ("grafana-opentelemetry-java.jar", "unknown"),
        ("/elastic-otel-javaagent-1.2.0.jar", "unknown"),
        ("/applicationinsights-agent-3.7.1.jar", "unknown"),
        ("/aws-opentelemetry-agent.jar", "unknown"),
        ("/my-opentelemetry-javaagent.jar", "unknown"),
    ],
)
def test_of_java_agents_only_opentelemetrys_own_is_taken_for_it(jar: str, outcome: str) -> None:
    found = started(("JAVA_TOOL_OPTIONS", f"-javaagent:{jar}=x=y"))

    assert found.outcome == outcome
    assert (found.words == f"-javaagent:{jar}=x=y: not measured") is (outcome == "unknown")
