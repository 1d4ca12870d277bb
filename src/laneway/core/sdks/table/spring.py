"""Spring Boot's tracing: by Brave or by the OpenTelemetry bridge, alone and under the Java agent.

Which of the two a program has no manifest shows; what both do alike is said of `spring-boot`.
https://docs.spring.io/spring-boot/reference/actuator/tracing.html
"""

from __future__ import annotations

from laneway.core.sdks.fact import PLAIN_HEADER, ROUTE_HEADER, Fact, Sdk, Setting
from laneway.core.sdks.table.packages import BOOT, BOOT_3, BOOT_4, BRAVE, BRIDGE, JAVA

_DOCS = "https://docs.spring.io/spring-boot/reference/actuator/tracing.html"
_AMQP = "https://docs.spring.io/spring-boot/reference/messaging/amqp.html"
REMOTE_FIELDS = "management.tracing.baggage.remote-fields"
_TRACING = "management.tracing.enabled"
_EXPORT = "management.tracing.export.enabled"
"""What Spring Boot 4 calls the switch that is `management.tracing.enabled` in 3.5."""
_BAGGAGE = "management.tracing.baggage.enabled"
_TYPE = "management.tracing.propagation.type"
_OFF = ("false",)
_NAMES_LANE = Setting(REMOTE_FIELDS, "lists", (ROUTE_HEADER,))
_NO_W3C = Setting(_TYPE, "lacks", ("w3c",))
_UNTOUCHED = (
    Setting(_TRACING, "without", _OFF),
    Setting(_EXPORT, "without", _OFF),
    Setting(_BAGGAGE, "without", _OFF),
    Setting(_TYPE, "unset"),
)
_NAME_IT = f"Set {REMOTE_FIELDS} to the group's routeHeader."
_TEMPLATE = "spring.rabbitmq.template.observation-enabled"
_LISTENER = "spring.rabbitmq.listener.simple.observation-enabled"
MESSAGES = "messages"
"""Stands for the headers of messages, which other programs read than those that are called."""

SDKS = (
    Sdk(
        "spring-boot",
        "Spring Boot tracing (settings below management)",
        "Java",
        "settings below management.tracing, as variables, options or JSON",
    ),
    Sdk(
        "spring-boot-brave",
        "Spring Boot with Brave",
        "Java",
        "",
        of="spring-boot",
        packages=("maven/io.micrometer/micrometer-tracing-bridge-brave",),
        within="maven/org.springframework.boot/spring-boot",
    ),
    Sdk(
        "spring-boot-opentelemetry",
        "Spring Boot with the OpenTelemetry bridge",
        "Java",
        "",
        of="spring-boot",
        packages=("maven/io.micrometer/micrometer-tracing-bridge-otel",),
        within="maven/org.springframework.boot/spring-boot",
    ),
    Sdk("spring-amqp", "Spring AMQP", "Java", "settings below spring.rabbitmq", is_tracer=False),
    Sdk("jdk-http-client", "the HttpClient of the JDK", "Java", "", is_tracer=False),
    Sdk(
        "webclient",
        "WebClient in a reactive chain",
        "Java",
        "",
        is_tracer=False,
        packages=("maven/org.springframework/spring-webflux",),
    ),
)

FACTS = (
    Fact(
        "spring-boot/agent",
        "spring-boot",
        "under the OpenTelemetry Java agent",
        {"baggage": "passes on", "traceparent": "passes on"},
        "The agent sends the lane, whatever Spring's own tracing would. One baggage line leaves.",
        "None needed.",
        (*BOOT_4, *JAVA),
        (
            *_UNTOUCHED,
            Setting("OTEL_PROPAGATORS", "unset"),
            Setting("OTEL_SDK_DISABLED", "unset"),
        ),
        beside=("opentelemetry-java",),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/tracing-off",
        "spring-boot",
        "tracing.enabled=false",
        {"baggage": "will not", "traceparent": "will not"},
        "Neither lane nor trace is sent by Spring Boot 3.5. Version 4.1 does not know the setting "
        "and sends what it sends without it; there it is tracing.export.enabled.",
        "Remove the setting.",
        BOOT_3,
        (Setting(_TRACING, "is", _OFF),),
        in_manifest=False,
        link=_DOCS,
    ),
    Fact(
        "spring-boot/export-off",
        "spring-boot",
        "tracing.export.enabled=false",
        {"baggage": "will not", "traceparent": "will not"},
        "Neither lane nor trace is sent.",
        "Remove the setting.",
        BOOT_4,
        (Setting(_EXPORT, "is", _OFF),),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/baggage-off",
        "spring-boot",
        "tracing.baggage.enabled=false",
        {"baggage": "will not", "traceparent": "passes on"},
        "The trace goes on, the lane does not.",
        "Remove the setting.",
        BOOT,
        (Setting(_BAGGAGE, "is", _OFF), Setting(_TYPE, "unset")),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/remote-field",
        "spring-boot",
        "remote-fields names the lane's header",
        {PLAIN_HEADER: "passes on"},
        "The header that came is sent, and beside it a member of baggage.",
        "None needed.",
        BOOT,
        (
            _NAMES_LANE,
            Setting(_TRACING, "without", _OFF),
            Setting(_EXPORT, "without", _OFF),
            Setting(_EXPORT, "without", _OFF),
            Setting(_BAGGAGE, "without", _OFF),
        ),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/b3",
        "spring-boot",
        "propagation.type=b3",
        {"baggage": "will not", "b3": "passes on"},
        "Baggage is not read, even with remote-fields; the plain header of remote-fields is.",
        f"Add w3c to management.tracing.propagation.type, or name a header in {REMOTE_FIELDS} and "
        "as the group's traceHeader.",
        BOOT,
        (_NO_W3C, Setting(_TYPE, "lists", ("b3",))),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/b3-multi",
        "spring-boot",
        "propagation.type=b3_multi",
        {"x-b3-traceid": "passes on"},
        "Brave keeps an id of 64 bits as it is, the OpenTelemetry bridge pads it.",
        "None needed where x-b3-traceid is the traceHeader.",
        BOOT,
        (_NO_W3C, Setting(_TYPE, "lists", ("b3_multi",))),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/baggage-and-field",
        "spring-boot",
        "remote-fields names the lane's header",
        {"baggage": "passes on"},
        "Lane, trace and plain header leave. Brave reads baggage only where a trace came with it.",
        "None needed where a traceparent comes as well.",
        BOOT,
        (_NAMES_LANE, *_UNTOUCHED),
        link=_DOCS,
    ),
    Fact(
        "spring-boot/default",
        "spring-boot",
        "as installed",
        {"traceparent": "passes on", "b3": "changes it", PLAIN_HEADER: "not by itself"},
        "A b3 that comes alone leaves as a traceparent with the same id, padded to 128 bits.",
        f"{_NAME_IT} For ids of b3 set management.tracing.propagation.type to b3.",
        BOOT,
        _UNTOUCHED,
        link=_DOCS,
    ),
    Fact(
        "spring-boot-brave/default",
        "spring-boot-brave",
        "remote-fields does not name the lane's header",
        {"baggage": "will not"},
        "The trace goes on and looks whole, and baggage is not sent at all.",
        _NAME_IT,
        BRAVE,
        (Setting(REMOTE_FIELDS, "without", (ROUTE_HEADER,)), *_UNTOUCHED),
        link=_DOCS,
    ),
    Fact(
        "spring-boot-brave/no-trace",
        "spring-boot-brave",
        "baggage comes without a traceparent",
        {"baggage": "will not"},
        "Brave reads baggage only beside a trace, also with remote-fields.",
        "Let the lane come in the plain header that remote-fields names.",
        BRAVE,
        in_manifest=False,
        link=_DOCS,
    ),
    Fact(
        "spring-boot-brave/two-lines",
        "spring-boot-brave",
        "two baggage lines come",
        {"baggage": "will not"},
        "Only the first line is read; a lane on the second is lost.",
        "Send baggage in one line.",
        BRAVE,
        in_manifest=False,
    ),
    Fact(
        "spring-boot-opentelemetry/jdk-http-client",
        "spring-boot-opentelemetry",
        "calls by the HttpClient of the JDK",
        {"baggage": "will not", "traceparent": "will not"},
        "That client is not instrumented: nothing is sent.",
        "Call by RestClient or WebClient, or run under the OpenTelemetry Java agent.",
        BOOT_4,
        beside=("jdk-http-client",),
        link=_DOCS,
    ),
    Fact(
        "spring-boot-opentelemetry/reactive",
        "spring-boot-opentelemetry",
        "WebClient behind a delay in a reactive chain, without context propagation",
        {"baggage": "will not"},
        "The trace goes on and looks whole, while the lane is lost.",
        "Set spring.reactor.context-propagation=auto.",
        BOOT_4,
        (Setting("spring.reactor.context-propagation", "without", ("auto",)), *_UNTOUCHED),
        beside=("webclient",),
        link="https://docs.spring.io/spring-boot/reference/actuator/observability.html",
    ),
    Fact(
        "spring-boot-opentelemetry/default",
        "spring-boot-opentelemetry",
        "as installed",
        {"baggage": "passes on"},
        "With and without a trace. RestClient and WebClient; not from a thread of the program's.",
        "None needed.",
        BRIDGE,
        _UNTOUCHED,
        link=_DOCS,
    ),
    Fact(
        "spring-boot-opentelemetry/plain-alone",
        "spring-boot-opentelemetry",
        "remote-fields, and the plain header comes without baggage",
        {"baggage": "changes it"},
        "Baggage leaves as s2;propagation%3Dunlimited, of which Python makes the name of another "
        "lane. The plain header is right.",
        "Laneway reads a lane up to its properties, also as Python spells them.",
        BRIDGE,
        in_manifest=False,
        link=_DOCS,
    ),
    Fact(
        "spring-amqp/agent",
        "spring-amqp",
        "under the OpenTelemetry Java agent",
        {MESSAGES: "passes on"},
        "The agent puts trace and lane into each message and reads them again.",
        "None needed.",
        (*BOOT_4, *JAVA),
        (Setting("OTEL_PROPAGATORS", "unset"), Setting("OTEL_SDK_DISABLED", "unset")),
        beside=("opentelemetry-java",),
        link=_AMQP,
    ),
    Fact(
        "spring-amqp/observed",
        "spring-amqp",
        "observation on, and remote-fields names the lane's header",
        {MESSAGES: "passes on"},
        "Messages carry traceparent, baggage and the plain header.",
        "None needed.",
        BOOT_4,
        (
            Setting(_TEMPLATE, "is", ("true",)),
            Setting(_LISTENER, "is", ("true",)),
            _NAMES_LANE,
            *_UNTOUCHED,
        ),
        beside=("spring-boot",),
        link=_AMQP,
    ),
    Fact(
        "spring-amqp/default",
        "spring-amqp",
        "observation off, as installed",
        {MESSAGES: "will not"},
        "Messages carry no header at all, although tracing is installed and HTTP works.",
        f"Set {_TEMPLATE} and {_LISTENER} to true, and {REMOTE_FIELDS} to the group's routeHeader.",
        BOOT_4,
        (Setting(_TEMPLATE, "without", ("true",)),),
        in_manifest=False,
        link=_AMQP,
    ),
)
