"""Claims on the rules about what programs pass on (LW1812 to LW1814)."""

from __future__ import annotations

from tests.rules.claim import Claim
from tests.rules.claims_permissive import ONLY_B, loose
from tests.rules.world import Given, lane, mesh, pods, rule

BY_BAGGAGE = loose(headers="traceHeader: baggage, routeHeader: x-asm-prefer-tag")
S2 = lane("s2", "{version: v2}", f"{ONLY_B}\n  {rule('s2')}")
NODE = "{name: NODE_OPTIONS, value: '--require @opentelemetry/auto-instrumentations-node/register'}"
ENV = ("spec", "template", "spec", "containers", 0, "env")
SDKS = ("spec", "template", "metadata", "annotations", "laneway.dev/sdks")


def calling_b(*variables: str, sdks: str = "", packages: str = "") -> str:
    """Return pods of service a that call b, with further variables, said SDKs and packages."""
    env = ", ".join(("{name: next, value: 'http://b/'}", *variables))
    told = {"laneway.dev/sdks": sdks, "laneway.dev/packages": packages}
    said = ", ".join(f"{name}: '{text}'" for name, text in told.items() if text)
    head = f"annotations: {{{said}}}" if said else ""
    found = pods("a", "v1", head=head)
    return found.replace("image: laneway/mock}", f"image: laneway/mock, env: [{env}]}}")


def _asked(a1: str) -> Given:
    return mesh(group=BY_BAGGAGE, a1=a1, s2=S2)


CLAIMS = [
    Claim(
        "a program whose propagators lack baggage will not pass it on",
        "LW1812",
        _asked(calling_b(NODE, "{name: OTEL_PROPAGATORS, value: tracecontext}")),
        [
            (
                "default/a-v1 will not pass on baggage, which carries the lanes of group test: "
                "OTEL_PROPAGATORS=tracecontext (measured with "
                "@opentelemetry/auto-instrumentations-node 0.81.2, @opentelemetry/core 2.12.1)"
            )
        ],
        "Deployment default/a-v1",
        (*ENV, 2, "value"),
        _asked(calling_b(NODE, "{name: OTEL_PROPAGATORS, value: 'tracecontext,baggage'}")),
    ),
    Claim(
        "a program with Sentry beside OpenTelemetry puts the lane on a second line",
        "LW1813",
        _asked(calling_b(sdks="opentelemetry-python sentry-python requests")),
        [
            (
                "default/a-v1 will not pass on baggage as it comes, which carries the lanes of "
                "group test: laneway.dev/sdks: sentry-python (measured with sentry-sdk 2.75.0, "
                "opentelemetry-sdk 1.45.1, opentelemetry-distro 0.66b1, "
                "opentelemetry-instrumentation 0.66b1, requests 2.34.2)"
            )
        ],
        "Deployment default/a-v1",
        SDKS,
        _asked(calling_b(sdks="opentelemetry-python sentry-python httpx")),
    ),
    Claim(
        "an SDK that is none of the table is named, and the nearest proposed",
        "LW1814",
        _asked(calling_b(sdks="opentelemetry-pyton")),
        [
            (
                "the annotation laneway.dev/sdks of default/a-v1 names opentelemetry-pyton, of "
                "which nothing is known"
            )
        ],
        "Deployment default/a-v1",
        SDKS,
        _asked(calling_b(sdks="opentelemetry-python")),
    ),
]
