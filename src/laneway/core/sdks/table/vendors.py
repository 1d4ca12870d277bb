"""Tracers of vendors, alone and beside OpenTelemetry.

Sentry, Datadog, SkyWalking, Elastic and New Relic each carry the headers of their own system; some
of them baggage as well.
"""

from __future__ import annotations

from collections.abc import Iterator

from laneway.core.sdks.fact import Fact, MeasuredPackage, Sdk, Setting
from laneway.core.sdks.table.packages import (
    DATADOG_NODE,
    DATADOG_PYTHON,
    ELASTIC,
    NEW_RELIC,
    NODE,
    PYTHON,
    SENTRY_NODE,
    SENTRY_PYTHON,
    SKYWALKING_JAVA,
    SKYWALKING_NODE,
    SKYWALKING_PYTHON,
)

_DATADOG = "https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation/"
_SKYWALKING = (
    "https://skywalking.apache.org/docs/main/latest/en/api/x-process-propagation-headers-v3/"
)
_STYLE = "DD_TRACE_PROPAGATION_STYLE"
_ENABLED = "DD_TRACE_ENABLED"
_DATADOG_ID = "x-datadog-trace-id"
_OTEL_EXPORTER = Setting("OTEL_TRACES_EXPORTER", "is", ("none",))
_BOTH_WAYS = (Setting(f"{_STYLE}_EXTRACT", "unset"), Setting(f"{_STYLE}_INJECT", "unset"))
"""Either says for its direction what the style says for both, and is stronger."""
_ADD_STYLE = f"Unset {_STYLE}, or add baggage and tracecontext to it."

SDKS = (
    Sdk(
        "sentry-python",
        "Sentry",
        "Python",
        "SENTRY_DSN says that it may be there",
        packages=("pypi/sentry-sdk",),
    ),
    Sdk(
        "sentry-node",
        "Sentry",
        "Node",
        "SENTRY_DSN says that it may be there",
        packages=("npm/@sentry/node",),
    ),
    Sdk(
        "datadog-python",
        "Datadog",
        "Python",
        "ddtrace-run in the command, or python-lib.version for Datadog's admission controller",
        packages=("pypi/ddtrace",),
    ),
    Sdk(
        "datadog-node",
        "Datadog",
        "Node",
        "dd-trace in NODE_OPTIONS or the command, or js-lib.version for Datadog's admission "
        "controller",
        packages=("npm/dd-trace",),
    ),
    Sdk(
        "skywalking-python",
        "SkyWalking",
        "Python",
        "sw-python in the command",
        packages=("pypi/apache-skywalking",),
    ),
    Sdk(
        "skywalking-node",
        "SkyWalking",
        "Node",
        "skywalking-backend-js in NODE_OPTIONS",
        packages=("npm/skywalking-backend-js",),
    ),
    Sdk(
        "skywalking-java",
        "SkyWalking",
        "Java",
        "-javaagent with skywalking in its path, or the label of its injector",
    ),
    Sdk(
        "elastic-python",
        "Elastic APM",
        "Python",
        "elasticapm-run in the command",
        packages=("pypi/elastic-apm",),
    ),
    Sdk(
        "newrelic-python",
        "New Relic",
        "Python",
        "newrelic-admin in the command",
        packages=("pypi/newrelic",),
    ),
    Sdk(
        "requests", "calls by requests", "Python", "", is_tracer=False, packages=("pypi/requests",)
    ),
    Sdk("httpx", "calls by httpx", "Python", "", is_tracer=False, packages=("pypi/httpx",)),
    Sdk("fetch", "calls by fetch or http.get", "Node", "", is_tracer=False),
    Sdk(
        "axios",
        "calls by axios or http.request",
        "Node",
        "",
        is_tracer=False,
        packages=("npm/axios",),
    ),
)


def _sentry() -> Iterator[Fact]:
    yield Fact(
        "sentry-python/opentelemetry-requests",
        "sentry-python",
        "beside OpenTelemetry, calls by requests",
        {"baggage": "changes it"},
        "Two baggage lines leave, Sentry's first and the lane on the second. FastAPI, Rust, Brave "
        "and gRPC read only one.",
        "Call by httpx, whose one line has the lane.",
        (*SENTRY_PYTHON, *PYTHON, MeasuredPackage("requests", "2.34.2")),
        beside=("opentelemetry-python", "requests"),
    )
    yield Fact(
        "sentry-python/opentelemetry-httpx",
        "sentry-python",
        "beside OpenTelemetry, calls by httpx",
        {"baggage": "passes on"},
        "One baggage line leaves, with the lane and without Sentry's members.",
        "None needed for lanes.",
        (*SENTRY_PYTHON, *PYTHON, MeasuredPackage("httpx", "0.28.1")),
        beside=("opentelemetry-python", "httpx"),
    )
    yield Fact(
        "sentry-python/default",
        "sentry-python",
        "alone, with or without a DSN",
        {"baggage": "will not"},
        "Baggage is written anew with Sentry's own members; those of others are removed.",
        "Add OpenTelemetry, which carries baggage.",
        SENTRY_PYTHON,
    )
    yield Fact(
        "sentry-node/opentelemetry-first",
        "sentry-node",
        "beside OpenTelemetry, which is loaded first",
        {"baggage": "passes on"},
        "One baggage line leaves, the lane and Sentry's members in it.",
        "None needed: NODE_OPTIONS loads OpenTelemetry before the program.",
        (*SENTRY_NODE, *NODE),
        (Setting("OTEL_PROPAGATORS", "unset"), Setting("OTEL_SDK_DISABLED", "unset")),
        beside=("opentelemetry-node",),
    )
    yield Fact(
        "sentry-node/sentry-first",
        "sentry-node",
        "beside OpenTelemetry, loaded before it, calls by fetch",
        {"baggage": "changes it"},
        "Two baggage lines leave, Sentry's first and the lane on the second.",
        "Load OpenTelemetry before Sentry.",
        (*SENTRY_NODE, *NODE),
        in_manifest=False,
    )
    yield Fact(
        "sentry-node/default",
        "sentry-node",
        "alone",
        {"baggage": "will not", "traceparent": "will not"},
        "Sentry sends its own ids and members and continues no traceparent.",
        "Load OpenTelemetry before Sentry.",
        SENTRY_NODE,
    )


def _datadog(name: str, packages: tuple[MeasuredPackage, ...]) -> Iterator[Fact]:
    sdk = f"datadog-{name}"
    yield Fact(
        f"{sdk}/off",
        sdk,
        "DD_TRACE_ENABLED=false",
        {"baggage": "will not", "traceparent": "will not", _DATADOG_ID: "will not"},
        "Nothing is sent.",
        "Remove the setting.",
        packages,
        (Setting(_ENABLED, "is", ("false", "0")),),
        link=_DATADOG,
    )
    yield Fact(
        f"{sdk}/no-exporter",
        sdk,
        "OTEL_TRACES_EXPORTER=none",
        {"baggage": "will not", "traceparent": "will not"},
        "Datadog takes OpenTelemetry's variable for its own and falls silent.",
        "Unset OTEL_TRACES_EXPORTER in programs with Datadog.",
        packages,
        (_OTEL_EXPORTER,),
        link=_DATADOG,
    )
    yield Fact(
        f"{sdk}/style",
        sdk,
        f"{_STYLE} without baggage",
        {"baggage": "will not"},
        "Baggage is off as soon as a style is set that does not name it.",
        _ADD_STYLE,
        packages,
        (Setting(_STYLE, "lacks", ("baggage", "none")), *_BOTH_WAYS),
        link=_DATADOG,
    )
    yield Fact(
        f"{sdk}/style-without-trace",
        sdk,
        f"{_STYLE} without tracecontext",
        {"traceparent": "will not"},
        "An incoming traceparent is not continued.",
        _ADD_STYLE,
        packages,
        (Setting(_STYLE, "lacks", ("tracecontext", "baggage", "none")), *_BOTH_WAYS),
        link=_DATADOG,
    )
    yield Fact(
        f"{sdk}/style-with-trace",
        sdk,
        f"{_STYLE} with tracecontext",
        {"traceparent": "passes on"},
        "The trace goes on.",
        "None needed where traceparent is the traceHeader.",
        packages,
        (Setting(_STYLE, "lists", ("tracecontext",)), *_BOTH_WAYS),
        link=_DATADOG,
    )
    if name == "python":
        yield Fact(
            f"{sdk}/propagators",
            sdk,
            "OTEL_PROPAGATORS without baggage",
            {"baggage": "will not"},
            "Datadog takes OpenTelemetry's variable for its own.",
            "Unset it, or add baggage to it.",
            packages,
            (
                Setting(_STYLE, "unset"),
                *_BOTH_WAYS,
                Setting("OTEL_PROPAGATORS", "lacks", ("baggage", "none")),
            ),
            link=_DATADOG,
        )
    yield Fact(
        f"{sdk}/bad-member",
        sdk,
        "a member of the baggage has an empty value",
        {"baggage": "will not"},
        "One empty value drops the whole baggage, the lane with it.",
        "Send no empty members; the lane filter takes them out.",
        packages,
        in_manifest=False,
    )
    yield Fact(
        f"{sdk}/default",
        sdk,
        "as installed",
        {"baggage": "passes on", "traceparent": "passes on", _DATADOG_ID: "passes on"},
        "Sent is also the id in decimal. At most 64 members of baggage are.",
        "None needed. Keep the lane first.",
        packages,
        (
            Setting(_STYLE, "unset"),
            *_BOTH_WAYS,
            Setting("OTEL_PROPAGATORS", "unset"),
        ),
        link=_DATADOG,
    )


def _datadog_pair() -> Iterator[Fact]:
    yield Fact(
        "datadog-python/opentelemetry",
        "datadog-python",
        "beside opentelemetry-instrument, in either order",
        {"baggage": "passes on", "traceparent": "passes on"},
        "One baggage line. The inner of the two wrappers decides: with OpenTelemetry's inside no "
        "header of Datadog's leaves.",
        "None needed. Put ddtrace-run inside where Datadog's ids have to go on.",
        (*DATADOG_PYTHON, *PYTHON),
        (
            Setting(_ENABLED, "unset"),
            Setting(_STYLE, "unset"),
            *_BOTH_WAYS,
            Setting("OTEL_PROPAGATORS", "unset"),
            Setting("OTEL_SDK_DISABLED", "unset"),
        ),
        beside=("opentelemetry-python",),
    )


def _skywalking() -> Iterator[Fact]:
    old, new = SKYWALKING_PYTHON
    yield Fact(
        "skywalking-python/correlation",
        "skywalking-python",
        "version 1.2.0",
        {"sw8": "passes on", "sw8-correlation": "passes on"},
        "The correlation is sent on only where a sw8 came as well.",
        "Name sw8-correlation as the traceHeader, and let the entry make a sw8 where none comes "
        "(laneway.dev/entry-trace); or name sw8, which needs the lane filter in the mesh.",
        (old,),
        of_version=True,
        link=_SKYWALKING,
    )
    yield Fact(
        "skywalking-python/unloadable",
        "skywalking-python",
        "version 1.3.0",
        {"sw8": "will not", "sw8-correlation": "will not"},
        "The published wheel lacks a package of its protocol, so the agent does not load.",
        "Pin apache-skywalking==1.2.0.",
        (new,),
        of_version=True,
        link=_SKYWALKING,
    )
    for name, packages, own in (
        ("python", SKYWALKING_PYTHON, "sw8-correlation or sw8"),
        ("node", SKYWALKING_NODE, "sw8"),
        ("java", SKYWALKING_JAVA, "sw8-correlation or sw8"),
    ):
        sdk = f"skywalking-{name}"
        yield Fact(
            f"{sdk}/other-headers",
            sdk,
            "as installed",
            {"baggage": "will not", "traceparent": "will not"},
            "SkyWalking carries its own headers alone.",
            f"Name {own} as the traceHeader, or add OpenTelemetry.",
            packages,
            link=_SKYWALKING,
        )
    yield Fact(
        "skywalking-node/get",
        "skywalking-node",
        "calls by fetch or http.get",
        {"sw8": "will not"},
        "These two are not instrumented.",
        "Call by http.request or axios.",
        SKYWALKING_NODE,
        beside=("fetch",),
        link=_SKYWALKING,
    )
    yield Fact(
        "skywalking-node/request",
        "skywalking-node",
        "calls by http.request or axios",
        {"sw8": "passes on"},
        "The trace id leaves as it came.",
        "None needed where sw8 is the traceHeader.",
        SKYWALKING_NODE,
        beside=("axios",),
        link=_SKYWALKING,
    )
    yield Fact(
        "skywalking-node/correlation",
        "skywalking-node",
        "as installed",
        {"sw8-correlation": "will not"},
        "The correlation is never sent.",
        "Name sw8 as the traceHeader.",
        SKYWALKING_NODE,
        link=_SKYWALKING,
    )
    yield Fact(
        "skywalking-java/default",
        "skywalking-java",
        "as installed",
        {"sw8": "passes on", "sw8-correlation": "passes on"},
        "Measured on the classes that read and write the headers. Of more than three entries of "
        "the correlation some are dropped.",
        "None needed where sw8 is the traceHeader, or sw8-correlation: there a sw8 has to come as "
        "well, and the lane is written first.",
        SKYWALKING_JAVA,
        link=_SKYWALKING,
    )


def _others() -> Iterator[Fact]:
    yield Fact(
        "elastic-python/off",
        "elastic-python",
        "ELASTIC_APM_ENABLED=false",
        {"baggage": "will not", "traceparent": "will not"},
        "Nothing is sent.",
        "Remove the setting.",
        ELASTIC,
        (Setting("ELASTIC_APM_ENABLED", "is", ("false",)),),
    )
    yield Fact(
        "elastic-python/opentelemetry-httpx",
        "elastic-python",
        "beside OpenTelemetry, calls by httpx",
        {"baggage": "passes on", "traceparent": "changes it"},
        "Two traceparent lines leave, of which the next program reads neither and starts a trace.",
        "Carry the lane by baggage, or call by requests.",
        (*ELASTIC, *PYTHON, MeasuredPackage("httpx", "0.28.1")),
        beside=("opentelemetry-python", "httpx"),
    )
    yield Fact(
        "elastic-python/opentelemetry",
        "elastic-python",
        "beside OpenTelemetry",
        {"baggage": "passes on"},
        "OpenTelemetry sends the lane.",
        "None needed where baggage is the traceHeader.",
        (*ELASTIC, *PYTHON),
        (Setting("OTEL_PROPAGATORS", "unset"), Setting("OTEL_SDK_DISABLED", "unset")),
        beside=("opentelemetry-python",),
    )
    yield Fact(
        "elastic-python/default",
        "elastic-python",
        "as installed",
        {"baggage": "will not", "traceparent": "passes on"},
        "The trace goes on, with or without a server to talk to; baggage does not.",
        "Name traceparent as the traceHeader, or add OpenTelemetry.",
        ELASTIC,
    )
    yield Fact(
        "newrelic-python/default",
        "newrelic-python",
        "as installed",
        {"baggage": "will not"},
        "The trace goes on once a collector has answered; baggage never does.",
        "Add OpenTelemetry, or name traceparent as the traceHeader and give the agent its key.",
        NEW_RELIC,
    )
    yield Fact(
        "newrelic-python/unconnected",
        "newrelic-python",
        "without a license key, or without a collector that answers",
        {"traceparent": "will not"},
        "Nothing is sent.",
        "Give the agent its key, and a way to its collector.",
        NEW_RELIC,
        in_manifest=False,
    )


FACTS = (
    *_sentry(),
    *_datadog_pair(),
    *_datadog("python", DATADOG_PYTHON),
    *_datadog("node", DATADOG_NODE),
    *_skywalking(),
    *_others(),
)
