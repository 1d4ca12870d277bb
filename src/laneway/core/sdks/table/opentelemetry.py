"""OpenTelemetry: what its SDKs and agents do, language by language.

The same settings have other effects in other languages, so each language has a fact of its own
for each of them. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from laneway.core.sdks.fact import PLAIN_HEADER, Fact, MeasuredPackage, Sdk, Setting
from laneway.core.sdks.table.packages import GO, JAVA, NODE, PYTHON, RUST

_VARIABLES = "https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/"
PROPAGATORS = "OTEL_PROPAGATORS"
_KNOWN = Setting(PROPAGATORS, "without", ("none",))
"""`none` was not measured, so nothing is said of it."""
_OFF = Setting("OTEL_SDK_DISABLED", "is", ("true",))
_NO_EXPORT = Setting("OTEL_TRACES_EXPORTER", "is", ("none",))
_UNSAMPLED = Setting("OTEL_TRACES_SAMPLER", "is", ("always_off",))
_ADD_BAGGAGE = "Add baggage to OTEL_PROPAGATORS, as in tracecontext,baggage."

SDKS = (
    Sdk(
        "opentelemetry-python",
        "OpenTelemetry",
        "Python",
        "opentelemetry-instrument in the command, the operator's inject-python, or PYTHONPATH",
        packages=(
            "pypi/opentelemetry-sdk",
            "pypi/opentelemetry-distro",
            "pypi/opentelemetry-exporter-otlp",
            "pypi/opentelemetry-exporter-otlp-proto-grpc",
            "pypi/opentelemetry-exporter-otlp-proto-http",
        ),
    ),
    Sdk(
        "opentelemetry-node",
        "OpenTelemetry",
        "Node",
        "@opentelemetry/auto-instrumentations-node in NODE_OPTIONS or the command, or the "
        "operator's inject-nodejs",
        packages=(
            "npm/@opentelemetry/auto-instrumentations-node",
            "npm/@opentelemetry/sdk-node",
            "npm/@opentelemetry/sdk-trace-node",
        ),
    ),
    Sdk(
        "opentelemetry-java",
        "OpenTelemetry Java agent",
        "Java",
        "-javaagent of opentelemetry-javaagent.jar, or the operator's inject-java",
    ),
    Sdk(
        "opentelemetry-go",
        "OpenTelemetry with otelhttp and autoprop",
        "Go",
        "",
        packages=("golang/go.opentelemetry.io/contrib/propagators/autoprop",),
    ),
    Sdk("opentelemetry-rust", "OpenTelemetry", "Rust", "", packages=("cargo/opentelemetry",)),
    Sdk(
        "aiohttp-server",
        "aiohttp as the server",
        "Python",
        "aiohttp in the command",
        is_tracer=False,
        packages=("pypi/aiohttp",),
    ),
    Sdk(
        "uvicorn",
        "uvicorn, FastAPI",
        "Python",
        "uvicorn or fastapi in the command",
        is_tracer=False,
    ),
)


class _Language(Struct, frozen=True):
    name: str
    packages: tuple[MeasuredPackage, ...]


_READING = (
    _Language("python", PYTHON),
    _Language("node", NODE),
    _Language("java", JAVA),
    _Language("go", GO),
)
"""Those that read `OTEL_PROPAGATORS`."""


def _by_propagators(one: _Language) -> Iterator[Fact]:
    """Yield what `OTEL_PROPAGATORS` decides, which is alike in all that read it."""
    sdk, packages = f"opentelemetry-{one.name}", one.packages
    yield Fact(
        f"{sdk}/no-baggage",
        sdk,
        "OTEL_PROPAGATORS without baggage",
        {"baggage": "will not"},
        "Baggage is neither read nor sent.",
        _ADD_BAGGAGE,
        packages,
        (Setting(PROPAGATORS, "lacks", ("baggage", "none")),),
        link=_VARIABLES,
    )
    yield Fact(
        f"{sdk}/no-tracecontext",
        sdk,
        "OTEL_PROPAGATORS without tracecontext",
        {"traceparent": "will not"},
        "An incoming traceparent is not read: what is sent has the id of a new trace, or none.",
        "Add tracecontext to OTEL_PROPAGATORS, or carry the lane by baggage.",
        packages,
        (Setting(PROPAGATORS, "lacks", ("tracecontext", "none")),),
        link=_VARIABLES,
    )
    yield Fact(
        f"{sdk}/b3",
        sdk,
        "OTEL_PROPAGATORS with b3",
        {"b3": "passes on"},
        "An id of 64 bits is sent with 128, zeros in front; the filter takes both for one.",
        "None needed where b3 is the traceHeader.",
        packages,
        (Setting(PROPAGATORS, "lists", ("b3",)),),
        link=_VARIABLES,
    )
    yield Fact(
        f"{sdk}/b3multi",
        sdk,
        "OTEL_PROPAGATORS with b3multi",
        {"x-b3-traceid": "passes on", "b3": "changes it"},
        "An id that came as b3 is sent as X-B3-TraceId; one of 64 bits with 128.",
        "Name x-b3-traceid as the traceHeader, or set b3 beside it.",
        packages,
        (Setting(PROPAGATORS, "lists", ("b3multi",)),),
        link=_VARIABLES,
    )
    yield Fact(
        f"{sdk}/b3-alone",
        sdk,
        "OTEL_PROPAGATORS with b3, without b3multi",
        {"x-b3-traceid": "changes it"},
        "An id that came as X-B3-TraceId is sent as b3.",
        "Name b3 as the traceHeader, or set b3multi beside it.",
        packages,
        (Setting(PROPAGATORS, "lists", ("b3",)), Setting(PROPAGATORS, "lacks", ("b3multi",))),
        link=_VARIABLES,
    )
    yield Fact(
        f"{sdk}/jaeger",
        sdk,
        "the propagator for uber-trace-id is set",
        {"uber-trace-id": "passes on"},
        "Short ids are padded with zeros. Baggage in uberctx- headers goes on."
        if one.name != "go"
        else "Short ids are padded with zeros. Baggage in uberctx- headers is lost.",
        "None needed; the propagator is a package of its own.",
        packages,
        in_manifest=False,
    )
    if one.name != "node":
        yield Fact(
            f"{sdk}/xray",
            sdk,
            "OTEL_PROPAGATORS with xray",
            {"x-amzn-trace-id": "passes on"},
            "Only with Root and Parent: a Root alone, as load balancers send it, starts a new "
            "trace.",
            "Carry the lane by baggage where requests come from such a load balancer.",
            packages,
            (Setting(PROPAGATORS, "lists", ("xray",)),),
            link=_VARIABLES,
        )


def _defaults(one: _Language, says: str, remedy: str) -> Iterator[Fact]:
    sdk, packages = f"opentelemetry-{one.name}", one.packages
    if one.name != "rust":
        yield Fact(
            f"{sdk}/unsampled",
            sdk,
            "OTEL_TRACES_SAMPLER=always_off",
            {"baggage": "passes on", "traceparent": "passes on"},
            "Nothing is recorded, and lane and trace go on all the same.",
            "None needed: this is the way to switch tracing off.",
            packages,
            (_UNSAMPLED, _KNOWN),
            link=_VARIABLES,
        )
    yield Fact(
        f"{sdk}/default",
        sdk,
        "as installed" if one.name not in ("go", "rust") else "baggage and tracecontext set",
        {
            "baggage": "passes on",
            "traceparent": "passes on",
            PLAIN_HEADER: "not by itself",
            "x-request-id": "not by itself",
        },
        says,
        remedy,
        packages,
        (_KNOWN,) if one.name != "rust" else (),
        link=_VARIABLES,
    )


def _python() -> Iterator[Fact]:
    one = _READING[0]
    yield from _by_propagators(one)
    yield Fact(
        "opentelemetry-python/aiohttp-server",
        "opentelemetry-python",
        "aiohttp answers",
        {"baggage": "will not", "traceparent": "passes on"},
        "The trace goes on and looks whole, while the lane is lost, whatever client calls on.",
        "Serve with another framework, or annotate the group with "
        "laneway.dev/second-carrier: traceparent.",
        (*PYTHON, MeasuredPackage("aiohttp", "3.14.5")),
        beside=("aiohttp-server",),
    )
    yield Fact(
        "opentelemetry-python/disabled",
        "opentelemetry-python",
        "OTEL_SDK_DISABLED=true",
        {"baggage": "passes on", "traceparent": "passes on"},
        "Both leave unchanged. In Node the same setting ends the lane.",
        "OTEL_TRACES_SAMPLER=always_off says the same in every language.",
        PYTHON,
        (_OFF, _KNOWN),
        link=_VARIABLES,
    )
    yield Fact(
        "opentelemetry-python/not-exported",
        "opentelemetry-python",
        "OTEL_TRACES_EXPORTER=none",
        {"baggage": "passes on", "traceparent": "passes on"},
        "Propagation does not need an exporter. With the variable unset and no exporter installed "
        "the program runs without instrumentation, and says so only in its log.",
        "Set it where no exporter is installed.",
        PYTHON,
        (_NO_EXPORT, _KNOWN),
        link=_VARIABLES,
    )
    yield Fact(
        "opentelemetry-python/properties",
        "opentelemetry-python",
        "the lane's member has properties, s2;ttl=1",
        {"baggage": "changes it"},
        "The properties become part of the value: s2%3Bttl%3D1 is sent, and no later hop mends it.",
        "Send the member without properties; Laneway's entry writes it so, and reads a lane up to "
        "the %3B.",
        PYTHON,
        in_manifest=False,
    )
    yield Fact(
        "opentelemetry-python/uvicorn",
        "opentelemetry-python",
        "uvicorn answers, two baggage lines come",
        {"baggage": "will not"},
        "Only the first line is read; a lane on the second is lost.",
        "Send baggage in one line.",
        (*PYTHON, MeasuredPackage("uvicorn", "0.54.0"), MeasuredPackage("fastapi", "0.165.0")),
        beside=("uvicorn",),
        in_manifest=False,
    )
    yield from _defaults(
        one,
        "Needs the instrumentations of the server and of the client in use, and an exporter or "
        "OTEL_TRACES_EXPORTER=none.",
        "None needed. Install what opentelemetry-bootstrap lists.",
    )


def _node() -> Iterator[Fact]:
    one = _READING[1]
    yield Fact(
        "opentelemetry-node/disabled",
        "opentelemetry-node",
        "OTEL_SDK_DISABLED=true",
        {"baggage": "will not", "traceparent": "will not"},
        "Nothing is read and nothing is sent, neither lane nor trace.",
        "Set OTEL_TRACES_SAMPLER=always_off instead, which records nothing and passes both on.",
        NODE,
        (_OFF,),
        link=_VARIABLES,
    )
    yield Fact(
        "opentelemetry-node/xray",
        "opentelemetry-node",
        "OTEL_PROPAGATORS=xray",
        {"baggage": "will not", "traceparent": "will not", "x-amzn-trace-id": "will not"},
        "The propagator is in another package, so none is there and nothing is sent.",
        "Use tracecontext,baggage; or install and register the propagator in code.",
        NODE,
        (Setting(PROPAGATORS, "is", ("xray",)),),
        link=_VARIABLES,
    )
    yield from _by_propagators(one)
    yield Fact(
        "opentelemetry-node/not-exported",
        "opentelemetry-node",
        "OTEL_TRACES_EXPORTER=none",
        {"baggage": "passes on", "traceparent": "passes on"},
        "A traceparent leaves as it came, and where none came none is made.",
        "None needed for lanes; set a sampler where ids have to be made.",
        NODE,
        (_NO_EXPORT, _KNOWN),
        link=_VARIABLES,
    )
    yield Fact(
        "opentelemetry-node/own-baggage",
        "opentelemetry-node",
        "the program gives fetch its own baggage header",
        {"baggage": "changes it"},
        "Two lines are sent, the lane on the second; http.get sends one, without the program's.",
        "Add members by the API of OpenTelemetry, not by a header.",
        (*NODE, MeasuredPackage("undici", "7.30.2")),
        in_manifest=False,
    )
    yield from _defaults(
        one,
        "http, fetch and undici, with keep-alive and streams.",
        "None needed. Work in a worker thread or in a queue of callbacks loses it.",
    )


def _java() -> Iterator[Fact]:
    one = _READING[2]
    yield from _by_propagators(one)
    yield Fact(
        "opentelemetry-java/disabled",
        "opentelemetry-java",
        "OTEL_SDK_DISABLED=true",
        {"baggage": "passes on", "traceparent": "passes on"},
        "Both leave unchanged. In Node the same setting ends the lane.",
        "OTEL_TRACES_SAMPLER=always_off says the same in every language.",
        JAVA,
        (_OFF, _KNOWN),
        link=_VARIABLES,
    )
    yield from _defaults(
        one,
        "Members leave in another order. A thread that the program starts itself loses both.",
        "None needed.",
    )


def _go() -> Iterator[Fact]:
    one = _READING[3]
    yield from _by_propagators(one)
    yield Fact(
        "opentelemetry-go/disabled",
        "opentelemetry-go",
        "OTEL_SDK_DISABLED=true",
        {"baggage": "passes on", "traceparent": "passes on"},
        "The variable has no effect on an SDK that is set up in code.",
        "None needed.",
        GO,
        (_OFF, _KNOWN),
        link=_VARIABLES,
    )
    yield Fact(
        "opentelemetry-go/default-client",
        "opentelemetry-go",
        "calls by http.DefaultClient, or without the request's context",
        {"baggage": "will not", "traceparent": "will not"},
        "The handler is instrumented and the call is not, or starts a trace of its own.",
        "Use otelhttp.NewTransport, and requests made with the handler's context.",
        GO,
        in_manifest=False,
    )
    yield from _defaults(
        one,
        "Members leave in an order that changes from call to call; of more than 64 it is chance "
        "which are kept.",
        "None needed. The propagators have to be set in code, autoprop reads OTEL_PROPAGATORS.",
    )


def _rust() -> Iterator[Fact]:
    yield Fact(
        "opentelemetry-rust/two-lines",
        "opentelemetry-rust",
        "two baggage lines come",
        {"baggage": "will not"},
        "Only the first line is read; a lane on the second is lost.",
        "Send baggage in one line.",
        RUST,
        in_manifest=False,
    )
    yield from _defaults(
        _Language("rust", RUST),
        "Members leave in an order that changes from call to call.",
        "None needed. Set the propagators in code; there is none for uber-trace-id.",
    )


def _long() -> Iterator[Fact]:
    """Yield what becomes of baggage that is too long, which depends on the request alone."""
    for name, most, packages in (
        ("python", "180", PYTHON),
        ("node", "180", NODE),
        ("java", "64", JAVA),
        ("go", "64", GO),
        ("rust", "64", RUST),
    ):
        sends_none = "" if name == "node" else " More than 8,192 bytes, and no baggage is sent."
        yield Fact(
            f"opentelemetry-{name}/long",
            f"opentelemetry-{name}",
            f"more than {most} members come before the lane",
            {"baggage": "will not"},
            f"Only {most} members are sent.{sends_none}",
            "Keep the lane first, as Laneway writes it, and the baggage short.",
            packages,
            in_manifest=False,
        )


FACTS = (*_python(), *_node(), *_java(), *_go(), *_rust(), *_long())
