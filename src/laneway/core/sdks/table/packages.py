"""The versions that were run.

Kept in one place, so that a newer release is measured, and said, for all facts at once.
"""

from __future__ import annotations

from laneway.core.sdks.fact import MeasuredPackage

_P = MeasuredPackage

PYTHON = (
    _P("opentelemetry-sdk", "1.45.1"),
    _P("opentelemetry-distro", "0.66b1"),
    _P("opentelemetry-instrumentation", "0.66b1"),
)
NODE = (
    _P("@opentelemetry/auto-instrumentations-node", "0.81.2"),
    _P("@opentelemetry/core", "2.12.1"),
)
JAVA = (_P("opentelemetry-javaagent", "2.33.1"),)
GO = (
    _P("go.opentelemetry.io/otel", "1.47.0"),
    _P("otelhttp", "0.72.0"),
    _P("autoprop", "0.72.0"),
)
RUST = (_P("opentelemetry (Rust)", "0.33.1"), _P("opentelemetry-http", "0.33.1"))
BOOT = (_P("spring-boot", "3.5.16"), _P("spring-boot", "4.1.2"))
BOOT_3 = (_P("spring-boot", "3.5.16"),)
BOOT_4 = (_P("spring-boot", "4.1.2"),)
BRAVE = (*BOOT, _P("brave", "6.1.0"), _P("brave", "6.3.1"))
BRIDGE = (
    *BOOT,
    _P("micrometer-tracing-bridge-otel", "1.5.12"),
    _P("micrometer-tracing-bridge-otel", "1.7.2"),
)
SENTRY_PYTHON = (_P("sentry-sdk", "2.75.0"),)
SENTRY_NODE = (_P("@sentry/node", "11.12.0"),)
DATADOG_PYTHON = (_P("ddtrace", "4.16.0"),)
DATADOG_NODE = (_P("dd-trace", "6.21.0"), _P("dd-trace", "5.132.0"))
SKYWALKING_PYTHON = (_P("apache-skywalking", "1.2.0"), _P("apache-skywalking", "1.3.0"))
SKYWALKING_NODE = (_P("skywalking-backend-js", "0.9.0"),)
SKYWALKING_JAVA = (_P("skywalking-java-agent", "9.4.0"),)
ELASTIC = (_P("elastic-apm", "6.26.2"),)
NEW_RELIC = (_P("newrelic", "14.1.0"),)
