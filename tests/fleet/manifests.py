"""Manifests of which something is predicted, run as real programs: the wire says who is right.

Comes in: files of `tests/sdks/manifests/` for which the fleet has the program. Goes out: by file
and header what the file says and what the wire does. A program gets the variables of its container,
those of ConfigMaps too; what loads an agent at a path of the image is the command's part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from tests.fleet.alone import Alone, alone
from tests.fleet.listener import Line
from tests.fleet.shelf import commands
from tests.recorded.rows import KEY, TRACE

MANIFESTS = Path(__file__).parents[1] / "sdks" / "manifests"
OTEL_PYTHON = ("flask", "fastapi")
SPRING = ("spring-opentelemetry", "spring-brave")
STANDS_FOR: Mapping[str, Sequence[str]] = {
    "datadog_injected": ("flask-datadog",),
    "datadog_python": ("flask-datadog",),
    "datadog_style": ("flask-datadog",),
    "go_as_said": ("go",),
    "java_agent": ("java-agent",),
    "java_agent_b3multi": ("java-agent",),
    "java_agent_by_command": ("java-agent",),
    "java_agent_from_a_config_map": ("java-agent",),
    "java_agent_from_a_key": ("java-agent",),
    "node_disabled": ("node",),
    "node_required": ("node",),
    "node_required_by_command": ("node",),
    "node_unsampled": ("node",),
    "node_xray": ("node",),
    "operator_java_without_baggage": ("java-agent",),
    "operator_nodejs_disabled": ("node",),
    "operator_python": OTEL_PYTHON,
    "python_b3": OTEL_PYTHON,
    "python_b3_and_baggage": ("flask",),
    "python_disabled": OTEL_PYTHON,
    "python_instrumented": ("flask",),
    "python_tracecontext_alone": OTEL_PYTHON,
    "python_uvicorn": ("fastapi",),
    "requests_beside_sentry": ("flask-sentry",),
    "skywalking_python": ("flask-skywalking",),
    "spring_b3": SPRING,
    "spring_brave_as_said": ("spring-brave",),
    "spring_default": SPRING,
    "spring_json": SPRING,
    "spring_remote_fields": SPRING,
}
"""Which programs are run for a file: every one of which its manifest may be."""
OF_THE_IMAGE = frozenset({"NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"})
PLAIN = "plain header"
_SPAN = "00f067aa0ba902b7"
_SENT: Mapping[str, Sequence[Line]] = {
    "baggage": (("baggage", f"{KEY}=s2"), ("traceparent", f"00-{TRACE}-{_SPAN}-01")),
    "traceparent": (("traceparent", f"00-{TRACE}-{_SPAN}-01"),),
    "b3": (("b3", f"{TRACE}-{_SPAN}-1"),),
    "x-b3-traceid": (
        ("X-B3-TraceId", TRACE),
        ("X-B3-SpanId", _SPAN),
        ("X-B3-Sampled", "1"),
    ),
    "x-datadog-trace-id": (("x-datadog-trace-id", str(int(TRACE[16:], 16))),),
    "x-amzn-trace-id": (
        ("X-Amzn-Trace-Id", f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent={_SPAN};Sampled=1"),
    ),
    PLAIN: ((KEY, "s2"),),
}
"""What is sent to find out about a header."""
_SPELLED = (TRACE, f"{TRACE[:8]}-{TRACE[8:]}", str(int(TRACE[16:], 16)))


class Judged(Struct, frozen=True):
    """What a file says of a header, and what the wire says of a program that it may be."""

    file: str
    image: str
    header: str
    said: str
    met: str


def judged(folder: Path, logs: Path) -> Iterator[Judged]:
    """Run the programs, two at a time; yield what came of each header that a file speaks of."""
    pairs = [(file, image) for file, images in STANDS_FOR.items() for image in images]
    with ThreadPoolExecutor(2) as pool:
        for found in pool.map(lambda pair: list(_judged(folder, logs, *pair)), pairs):
            yield from found


def _judged(folder: Path, logs: Path, file: str, image: str) -> Iterator[Judged]:
    claim, *objects = yaml.safe_load_all((MANIFESTS / f"{file}.yaml").read_text())
    told = variables(objects)
    with alone(commands(folder)[image], folder, told, logs / f"{file}.log") as program:
        for header, said in claim["says"].items():
            if header in _SENT:
                yield Judged(file, image, header, said, _met(program, header))


def variables(objects: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what the one container's environment says, as a cluster would give it."""
    maps = {one["metadata"]["name"]: one["data"] for one in objects if one["kind"] == "ConfigMap"}
    workload = next(one for one in objects if one["kind"] == "Deployment")
    container = workload["spec"]["template"]["spec"]["containers"][0]
    found: dict[str, str] = {}
    for one in objects:
        if one["kind"] == "Instrumentation":
            found |= {"OTEL_PROPAGATORS": ",".join(one["spec"]["propagators"])}
            found |= _of_language(one["spec"], workload)
    for one in container.get("envFrom", ()):
        found |= maps[one["configMapRef"]["name"]]
    for one in container.get("env", ()):
        key = one.get("valueFrom", {}).get("configMapKeyRef")
        found[one["name"]] = maps[key["name"]][key["key"]] if key else one["value"]
    words = [*container.get("command", ()), *container.get("args", ())]
    properties = [word for word in words if word.startswith("-Dmanagement.")]
    if properties:
        found["JAVA_TOOL_OPTIONS"] = " ".join(properties)
    return {name: text for name, text in found.items() if name not in OF_THE_IMAGE or properties}


def _of_language(spec: Mapping[str, Any], workload: Mapping[str, Any]) -> dict[str, str]:
    notes = workload["spec"]["template"]["metadata"]["annotations"]
    (language,) = [name.rpartition("inject-")[2] for name in notes]
    return {one["name"]: one["value"] for one in spec.get(language, {}).get("env", ())}


def _met(program: Alone, header: str) -> str:
    left = [(name.lower(), value) for name, value in program.passed_on(_SENT[header])]
    if header in ("baggage", PLAIN):
        name, wanted = ("baggage", f"{KEY}=s2") if header == "baggage" else (KEY, "s2")
        lines = [value for at, value in left if at == name]
        if lines == [wanted]:
            return "passes on"
        return "changes it" if any(wanted in line for line in lines) else "will not"
    kept = [name for name, value in left if any(text in value for text in _SPELLED)]
    return "passes on" if header in kept else "changes it" if kept else "will not"
