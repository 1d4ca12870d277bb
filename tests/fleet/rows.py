"""The recorded rows that a program of the fleet can be asked: who is run for each, and set how.

Comes in: rows of `tests/recorded/`. Goes out: for each the image that is run and its variables, or
nothing where the row needs another program than this one (a call made elsewhere, another client).
Rows of an SDK's own functions are held against a program that is a real server, by baggage and the
trace's id alone: a program also makes spans, which functions do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from tests.recorded.rows import MADE_ANEW, SHORT_TRACE, TRACE, Recorded

FUNCTIONS = {"py": "flask", "js": "node", "java": "java-agent", "go": "go"}
"""Who stands for the functions of an SDK."""
IMAGES = FUNCTIONS | {
    "py flask requests": "flask",
    "py fastapi httpx": "fastapi",
    "js fetch": "node",
    "js http": "node",
    "java agent": "java-agent",
    "go otelhttp": "go",
    "boot 4.1 otel": "spring-opentelemetry",
    "boot 4.1 brave": "spring-brave",
    "sentry py": "flask-sentry-alone",
    "sentry py otel requests": "flask-sentry",
    "ddtrace py": "flask-datadog",
    "skywalking py": "flask-skywalking",
    "grpc py": "grpc-python",
    "grpc go": "grpc-go",
    "grpc plain": "grpc-python-alone",
}
OVER_KAFKA = {
    "what is in the message": "kafka-producer",
    "poll and consume(batch)": "kafka-consumer",
}
"""Who stands for confluent-kafka, by what a row is about."""
OTHER_PROGRAMS = frozenset(
    {
        "the program sets baggage itself",
        "a call with a baggage of its own",
        "http.DefaultClient in an otelhttp handler",
        "the otelhttp transport with client.Get or context.Background()",
        "WebClient in a flatMap after Mono.delay",
        "the same with spring.reactor.context-propagation=auto",
        "JDK HttpClient",
        "RestClient in supplyAsync or a new Thread",
    }
)
"""What is about code that the fleet's programs do not have."""
CARRIERS = ("baggage", "x-asm-prefer-tag", "sw8-correlation")

_SPELLED = (
    TRACE,
    SHORT_TRACE,
    "4bf92f35-77b34da6a3ce929d0e0e4736",
    "NGJmOTJmMzU3N2IzNGRhNmEzY2U5MjlkMGUwZTQ3MzY=",
    "11803532876627986230",
    "112210f47de98115",
    "8d2f4".zfill(32),
)
"""The ids that come in, in hexadecimal, X-Ray's form, base64 and decimal."""
_ID = re.compile(
    r"\b(?:\d{17,20}|[0-9a-f]{32}|[0-9a-f]{16}|[0-9a-f]{8}-[0-9a-f]{24})\b", re.IGNORECASE
)
_VARIABLE = re.compile(r"(?:OTEL|DD)_[A-Z_]+=\S+?(?=, without|$)")
_PROPAGATORS = {
    "A10": (
        ("b3multi", "b3multi"),
        ("b3 and baggage", "b3,baggage"),
        ("b3,", "b3"),
        ("tracecontext", "tracecontext"),
        ("baggage", "baggage"),
        ("xray", "xray"),
    ),
    "B3": (("one line in, several", "b3multi"), ("", "b3")),
    "B5": (("", "jaeger"),),
    "B6": (("", "xray"),),
}
_REMOTE = {"MANAGEMENT_TRACING_BAGGAGE_REMOTEFIELDS": "x-asm-prefer-tag"}


class Asked(Struct, frozen=True):
    """A row and the program that is asked: its image, and what its environment says."""

    row: Recorded
    image: str
    told: Mapping[str, str]


def asked(rows: Iterable[Recorded]) -> Iterable[Asked]:
    """Yield the rows that a program of the fleet can be asked."""
    for row in rows:
        image = IMAGES.get(row.program)
        if row.program == "confluent-kafka":
            image = OVER_KAFKA.get(row.what)
        if row.program == "js" and (row.row == "B6" or row.what == "flags ff"):
            continue  # a program's own spans replace such flags; its package has no X-Ray
        by_chance = " tries" in row.what or (row.program == "go" and "two lines of 4" in row.what)
        if image and row.what not in OTHER_PROGRAMS and not by_chance:
            yield Asked(row, image, _told(row, image))


def _told(row: Recorded, image: str) -> dict[str, str]:
    named = dict(one.split("=", 1) for one in _VARIABLE.findall(row.what))
    if image.startswith("spring"):
        return _spring(row) | named
    # without an exporter Node makes no spans, which has rows of its own
    told = {"OTEL_TRACES_EXPORTER": "console"} if image == "node" else {}
    for begin, value in _PROPAGATORS.get(row.row, ()):
        if row.what.startswith(begin):
            return told | {"OTEL_PROPAGATORS": value} | named
    return told | named


def _spring(row: Recorded) -> dict[str, str]:
    told = {"MANAGEMENT_TRACING_SAMPLING_PROBABILITY": "1.0"}
    if "remote-fields" in row.what or row.row in ("A5", "A7"):
        told |= _REMOTE
    if row.row == "B3" or "propagation by b3" in row.what:
        kind = "B3_MULTI" if "several headers out" in row.what else "B3"
        told["MANAGEMENT_TRACING_PROPAGATION_TYPE"] = kind
    switch = re.fullmatch(r"management\.(.*)=false", row.what)
    return told | ({f"MANAGEMENT_{switch[1].upper().replace('.', '_')}": "false"} if switch else {})


def differences(one: Asked, left: Iterable[tuple[str, str]]) -> list[str]:
    """Return how the lines that left a program differ from a row's, in words."""
    found = list(left)
    names = [*CARRIERS]
    if one.row.program not in FUNCTIONS:
        names += [name.lower() for name, _ in one.row.left if name.lower() not in CARRIERS]
    said = []
    for name in dict.fromkeys(names):
        wanted, here = (_values(name, lines, one.row) for lines in (one.row.left, found))
        if wanted != here:
            said.append(f"{name}: {' | '.join(here) or '-'} for {' | '.join(wanted) or '-'}")
    kept = any(_holds(value) for _, value in found)
    if one.row.trace != "none" and kept != (one.row.trace == "kept"):
        said.append(f"the trace is {'kept' if kept else 'lost'}, not {one.row.trace}")
    return said


def _holds(value: str) -> bool:
    """Whether a value has the id of a row's trace, in whatever spelling."""
    return any(text in value.lower() or text in value for text in _SPELLED)


def _values(name: str, lines: Iterable[tuple[str, str]], row: Recorded) -> list[str]:
    """Return the values of a header, line by line, without what each request makes anew."""
    return [_without_chance(name, value, row) for at, value in lines if at.lower() == name]


def _without_chance(name: str, value: str, row: Recorded) -> str:
    if name == "baggage":
        # Go and Java send members in an order of their own; Sentry's are of the moment
        members = {one if not one.startswith("sentry-") else "sentry-…" for one in value.split(",")}
        return ",".join(sorted(members))
    if name == "sw8":
        return value.split("-")[1] if _holds(value) else "NEW"
    if name == "tracestate" and "dd=" in value:
        return "dd=…"
    came = " ".join(text for _, text in row.came).lower()

    def spelled(found: re.Match[str]) -> str:
        text = found[0].lower()
        if text in MADE_ANEW:
            return "ID"
        known = text in came or text.lstrip("0") in came or _holds(text)
        return text if known and not text.isdecimal() else "ID"

    return _ID.sub(spelled, value)
