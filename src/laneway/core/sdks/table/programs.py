"""Programs without a tracer, and what makes or reads ids of requests beside one."""

from __future__ import annotations

from laneway.core.sdks.fact import PLAIN_HEADER, Fact, MeasuredPackage, Sdk

_P = MeasuredPackage

SDKS = (
    Sdk("grpc", "gRPC without a tracer", "Python, Node, Go", "", is_tracer=False),
    Sdk("asgi-correlation-id", "asgi-correlation-id", "Python", "", is_tracer=False),
    Sdk("django-guid", "django-guid", "Python", "", is_tracer=False),
)

FACTS = (
    Fact(
        "grpc/default",
        "grpc",
        "as installed",
        {"baggage": "not by itself", "traceparent": "not by itself", PLAIN_HEADER: "not by itself"},
        "Metadata of a call that came in is not sent with those that go out.",
        "Add OpenTelemetry's instrumentation of gRPC, which carries baggage.",
        (
            _P("grpcio", "1.85.3"),
            _P("@grpc/grpc-js", "1.14.7"),
            _P("google.golang.org/grpc", "1.85.0"),
        ),
    ),
    Fact(
        "asgi-correlation-id/default",
        "asgi-correlation-id",
        "as installed",
        {"x-request-id": "not by itself"},
        "The id is read, one that is no UUID is replaced, and none is sent on.",
        "Send it in the program's own calls, and set validator=None where ids are no UUIDs.",
        (_P("asgi-correlation-id", "5.0.1"),),
    ),
    Fact(
        "django-guid/default",
        "django-guid",
        "as installed",
        {"x-request-id": "not by itself"},
        "The header that is read is Correlation-ID until GUID_HEADER_NAME says otherwise; none is "
        "sent on.",
        "Set GUID_HEADER_NAME, and send the id in the program's own calls.",
        (_P("django-guid", "3.6.1"),),
    ),
)
