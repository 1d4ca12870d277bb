"""Which SDKs a manifest shows in a program, and by what.

Comes in: a workload, one of its containers and what that tells its program. Goes out: sightings,
each with its place and the version that is shown. An image's name alone shows no SDK.
https://github.com/open-telemetry/opentelemetry-operator#opentelemetry-auto-instrumentation-injection
https://docs.datadoghq.com/tracing/guide/local_sdk_injection
https://skywalking.apache.org/docs/skywalking-swck/latest/java-agent-injector
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import re2
from msgspec import Struct

from laneway.core.findings.place import Place
from laneway.core.mesh.images import without_tag
from laneway.core.resources.kubernetes.settings import INSTRUMENTATION, ProgramSettings
from laneway.core.resources.kubernetes.workloads import Container, Namespace, Workload
from laneway.core.sdks.fact import Setting
from laneway.core.sdks.table.opentelemetry import PROPAGATORS
from laneway.core.sdks.told import JAVA_OPTIONS, ToldProgram, ToldValue

SDKS_ANNOTATION = "laneway.dev/sdks"
"""On a pod: SDKs that the manifest does not show, such as `opentelemetry-go@1.47.0, httpx`."""

Certainty = Literal["sure", "maybe", "installed", "against"]
"""`installed`: among the packages, and whether the program starts it nothing shows.

`against`: whatever this SDK would lose is lost, and that it passes anything on is not known.
"""


class Sighting(Struct, frozen=True):
    """An SDK, or a tracer of which no fact is known; an empty version is one that nothing shows."""

    name: str
    by: str
    place: Place | None = None
    version: str = ""
    certainty: Certainty = "sure"


_WRAPPERS = {
    "opentelemetry-instrument": "opentelemetry-python",
    "ddtrace-run": "datadog-python",
    "sw-python": "skywalking-python",
    "elasticapm-run": "elastic-python",
    "newrelic-admin": "newrelic-python",
    "uvicorn": "uvicorn",
    "fastapi": "uvicorn",
}
_PARTS = {
    "aiohttp.web": "aiohttp-server",
    "aiohttp.gunicornwebworker": "aiohttp-server",
    "aiohttp.worker.gunicornwebworker": "aiohttp-server",
    "uvicorn.workers.uvicornworker": "uvicorn",
    "uvicorn_worker.uvicornworker": "uvicorn",
}
_JARS = (
    (r"(^|/)opentelemetry-javaagent(-v?\d+(\.\d+)*)?\.jar$", "opentelemetry-java"),
    (r"otel-auto-instrumentation[^/]*/javaagent\.jar$", "opentelemetry-java"),
    ("opentelemetry|otel|applicationinsights", "opentelemetry-java-of-another"),
    ("skywalking", "skywalking-java"),
    ("dd-java-agent", "datadog-java"),
    ("elastic-apm", "elastic-java"),
    ("newrelic", "newrelic-java"),
)
"""What the path of an agent is like; a vendor's build of OpenTelemetry's may do otherwise."""
_MODULES = (
    ("@opentelemetry/auto-instrumentations-node", "opentelemetry-node"),
    ("otel-auto-instrumentation-nodejs", "opentelemetry-node"),
    ("dd-trace", "datadog-node"),
    ("skywalking", "skywalking-node"),
    ("@sentry/node", "sentry-node"),
    ("elastic-apm-node", "elastic-node"),
    ("newrelic", "newrelic-node"),
)
_FOLDERS = (
    ("opentelemetry/instrumentation/auto_instrumentation", "opentelemetry-python"),
    ("ddtrace/bootstrap", "datadog-python"),
    ("datadog-lib", "datadog-python"),
)
_PYTHON = ("python", "gunicorn", "uvicorn", "flask", "celery", "hypercorn", "daphne", "fastapi")
_NODE = ("node", "npm", "npx", "yarn", "pnpm")
_INJECT = "instrumentation.opentelemetry.io/"
_INJECTED = {"python": "python", "nodejs": "node", "java": "java"}
_DATADOG = "admission.datadoghq.com/"
_DATADOG_LIBRARIES = {"python": "datadog-python", "js": "datadog-node", "java": "datadog-java"}
_IN_PART = (
    Setting("OTEL_NODE_DISABLED_INSTRUMENTATIONS", "lists", ("http", "undici")),
    Setting("OTEL_NODE_ENABLED_INSTRUMENTATIONS", "lacks", ("http",)),
    Setting("OTEL_NODE_ENABLED_INSTRUMENTATIONS", "lacks", ("undici",)),
    Setting(
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS",
        "lists",
        (
            *("*", "requests", "httpx", "urllib", "urllib3", "aiohttp-client", "aiohttp-server"),
            *("asgi", "wsgi", "django", "fastapi", "flask", "starlette", "tornado", "falcon"),
        ),
    ),
    Setting("OTEL_INSTRUMENTATION_COMMON_DEFAULT_ENABLED", "is", ("false",)),
    Setting("otel.instrumentation.common.default-enabled", "is", ("false",)),
    Setting("DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT", "is", ("ignore", "restart")),
)
"""Settings by which an SDK may not let a lane in or out."""
_JAVA_PART = re.compile(r"otel[._]instrumentation[._](.+)[._]enabled", re.IGNORECASE)
_CARRYING = frozenset(
    (
        *("akkaactor", "akkahttp", "apachehttpasyncclient", "apachehttpclient", "armeria"),
        *("asynchttpclient", "executor", "executors", "googlehttpclient", "grizzly", "guava"),
        *("httpclient", "httpurlconnection", "javahttpclient", "javahttpserver", "jaxrsclient"),
        *("jetty", "jettyhttpclient", "joddhttp", "kotlinxcoroutines", "ktor", "liberty"),
        *("netty", "okhttp", "pekkoactor", "pekkohttp", "play", "playws", "ratpack", "reactor"),
        *("reactornetty", "restlet", "rxjava", "rxjava2", "rxjava3", "scalaexecutors"),
        *("scalaforkjoin", "servlet", "spark", "springwebflux", "tomcat", "undertow", "vertx"),
        *("vertxhttpclient", "vertxreactive"),
    )
)
"""Parts of OpenTelemetry's Java agent that take what came in, carry it to another thread or send
it on, without dashes; others, of databases and logs, let a lane be.

https://opentelemetry.io/docs/zero-code/java/agent/disable
"""
_SKYWALKING_LABEL = "swck-java-agent-injected"
_SKYWALKING_SPACE = "swck-injection"
_SKYWALKING_CONTAINERS = "strategy.skywalking.apache.org/inject.Container"
_SKYWALKING_IMAGE = "sidecar.skywalking.apache.org/initcontainer.Image"
ANNOTATIONS = (SDKS_ANNOTATION, _INJECT, _DATADOG, _SKYWALKING_IMAGE, _SKYWALKING_CONTAINERS)
"""How the annotations of pods begin that show an SDK."""
_IN_NAME = re.compile(r"-v?(\d+(?:\.\d+)+)\.jar$")
_TAG = re.compile(r":v?(\d+(?:\.[0-9a-z]+)*)")


def sightings(workload: Workload, told: ToldProgram) -> Iterator[Sighting]:
    """Yield what the container itself shows, and what the annotation of its pod says."""
    yield from said_sdks(workload)
    yield from _of_commands(told)
    yield from _of_java(told, workload)
    yield from _of_node(told)
    for word, place in _in_variable(told, "PYTHONPATH"):
        yield from (Sighting(sdk, word, place) for part, sdk in _FOLDERS if part in word)
    yield from _of_spring(told)
    yield from _in_part(told)


def is_switched_off(one: Sighting, told: ToldProgram) -> bool:
    """Whether a program that has an SDK is told to run without it.

    https://opentelemetry.io/docs/zero-code/java/agent/disable
    """
    set_to = (told.find(name) for name in ("OTEL_JAVAAGENT_ENABLED", "otel.javaagent.enabled"))
    is_off = any(value is not None and value.text == "false" for value in set_to)
    return is_off and one.name == "opentelemetry-java"


def said_sdks(workload: Workload) -> Iterator[Sighting]:
    """Yield what the annotation of a pod says of its program."""
    text = workload.annotations.get(SDKS_ANNOTATION, "")
    place = workload.place("metadata", "annotations", SDKS_ANNOTATION)
    for one in text.replace(",", " ").split():
        name, _, version = one.partition("@")
        yield Sighting(name, f"{SDKS_ANNOTATION}: {name}", place, version)


def _of_commands(told: ToldProgram) -> Iterator[Sighting]:
    for word, place in told.words:
        base = word.rpartition("/")[2]
        sdk = _WRAPPERS.get(base) or _PARTS.get(word.lower())
        if sdk:
            yield Sighting(sdk, word, place)


def _of_java(told: ToldProgram, workload: Workload) -> Iterator[Sighting]:
    for word, place in told.options(*JAVA_OPTIONS):
        if word.startswith("-javaagent:"):
            path = word.removeprefix("-javaagent:").partition("=")[0]
            named = _IN_NAME.search(path)
            for like, sdk in _JARS:
                if re.search(like, path.lower()):
                    version = named[1] if named else _copied(workload, sdk)
                    yield Sighting(sdk, word, place, version)
                    break


def _copied(workload: Workload, sdk: str) -> str:
    """Return the version of an agent that an init container brings, by the tag of its image."""
    words = {
        "opentelemetry-java": "autoinstrumentation-java",
        "skywalking-java": "skywalking-java-agent",
    }
    images = (one.image for one in workload.init_containers)
    return next((_tag(image) for image in images if words.get(sdk, "?") in image), "")


def _tag(image: str) -> str:
    """Return the version in an image's tag; empty for none, and for `latest`.

    >>> _tag("apache/skywalking-java-agent:9.4.0-java17"), _tag("x:latest")
    ('9.4.0', '')
    """
    found = _TAG.match(image.partition("@")[0].removeprefix(without_tag(image)))
    return found[1] if found else ""


def _of_node(told: ToldProgram) -> Iterator[Sighting]:
    loads = False
    for word, place in told.options("NODE_OPTIONS"):
        option, equals, module = word.partition("=")
        is_option = option in ("--require", "-r", "--import")
        module = module if is_option and equals else word if loads else ""
        for part, sdk in _MODULES if module else ():
            if part in module:
                yield Sighting(sdk, f"{option} {module}" if not loads else module, place)
                break
        loads = is_option and not equals


def _in_variable(told: ToldProgram, name: str) -> Iterator[tuple[str, Place | None]]:
    value = told.variable(name)
    if value is not None and value.text:
        yield value.text, value.place


def _of_spring(told: ToldProgram) -> Iterator[Sighting]:
    for prefix in ("management.tracing.", "management.otlp.tracing", "management.zipkin.tracing"):
        found = told.below(prefix)
        if found is not None:
            yield Sighting("spring-boot", found.spelled, found.place)
            break


def _in_part(told: ToldProgram) -> Iterator[Sighting]:
    """Yield an SDK without a part that passes a lane on, which was not measured.

    An empty value counts as none.
    https://opentelemetry.io/docs/zero-code/js/configuration
    https://opentelemetry.io/docs/zero-code/python/configuration
    https://opentelemetry.io/docs/zero-code/java/agent/disable
    https://docs.datadoghq.com/tracing/trace_collection/trace_context_propagation
    """
    for setting in _IN_PART:
        value = told.find(setting.name)
        if value is None or value.text == "":
            continue
        if value.text is None or setting.is_met(value.text):
            yield Sighting("in-part", value.spelled, value.place)
    for name, value in told.settings():
        part = _JAVA_PART.fullmatch(name)
        if part is None or re.sub("[._-]", "", part[1].lower()) not in _CARRYING:
            continue
        if value.text is None or value.text.strip().lower() == "false":
            yield Sighting("in-part", value.spelled, value.place)


def hinted(container: Container, told: ToldProgram) -> Iterator[Sighting]:
    """Yield what variables hint at in a program of a known language whose packages are not."""
    language = language_of(container, told)
    if told.variable("SENTRY_DSN") is not None and language:
        dsn = told.variables["SENTRY_DSN"]
        yield Sighting(f"sentry-{language}", "SENTRY_DSN", dsn.place, "", "maybe")
    propagators = told.variable(PROPAGATORS)
    if propagators is not None and language == "python":
        yield Sighting(
            "opentelemetry-python", propagators.spelled, propagators.place, "", "against"
        )


def language_of(container: Container, told: ToldProgram) -> str:
    """Return `python` or `node` where command or image say so; empty where they do not."""
    words = [word.rpartition("/")[2].lower() for word, _ in told.words]
    image = without_tag(container.image).rpartition("/")[2].lower()
    if _begins(words, _PYTHON) or image == "python" or told.variable("PYTHONPATH"):
        return "python"
    if any(word in _NODE for word in words) or image == "node" or told.variable("NODE_OPTIONS"):
        return "node"
    return ""


def _begins(words: Iterable[str], names: Iterable[str]) -> bool:
    known = tuple(names)
    return any(re.fullmatch(rf"(?:{'|'.join(known)})[0-9.]*", word) for word in words)


class Injection(Struct, frozen=True):
    """What an injector adds to a container: an SDK, and the variables that it sets.

    `is_known` tells whether all that it sets is in the input.
    """

    sightings: tuple[Sighting, ...] = ()
    variables: tuple[Mapping[str, ToldValue], ...] = ()
    is_known: bool = True


def injection(
    workload: Workload,
    container: Container,
    namespace: Namespace | None,
    settings: Iterable[ProgramSettings],
) -> Injection:
    """Return what injectors add to a container, by the labels and annotations of its pod."""
    found = _by_operator(workload, container, namespace, tuple(settings))
    others = (*_by_datadog(workload, container), *_by_skywalking(workload, container, namespace))
    return Injection((*found.sightings, *others), found.variables, found.is_known)


def _by_operator(
    workload: Workload,
    container: Container,
    namespace: Namespace | None,
    settings: tuple[ProgramSettings, ...],
) -> Injection:
    """Return what the OpenTelemetry operator adds."""
    for key in ("python", "nodejs", "java", "go", "dotnet", "sdk"):
        annotation = f"{_INJECT}inject-{key}"
        wish = workload.annotations.get(annotation, "")
        place = workload.place("metadata", "annotations", annotation)
        if not wish and namespace is not None:
            wish = namespace.meta.annotations.get(annotation, "")
            place = namespace.meta.place("metadata", "annotations", annotation)
        if not wish or wish.lower() == "false" or not _is_meant(workload, container, key):
            continue
        held = _instrumentation(wish, workload.namespace, settings)
        told = tuple(_variables(held, one) for one in (key, "")) if held else ()
        by, image = f"{annotation}: {wish}", held.images.get(key, "") if held else ""
        name = (
            f"opentelemetry-{_INJECTED.get(key, key)}" if key != "go" else "opentelemetry-go-ebpf"
        )
        seen = () if key == "sdk" else (Sighting(name, by, place, _tag(image)),)
        return Injection(seen, told, held is not None or _is_done(workload))
    return Injection()


def _is_done(workload: Workload) -> bool:
    """Whether the operator has been here: then all that it sets is in the pod."""
    names = (one.name for one in workload.init_containers)
    return any(name.startswith("opentelemetry-auto-instrumentation") for name in names)


def _is_meant(workload: Workload, container: Container, key: str) -> bool:
    """Whether the operator takes a container: those named, or the first."""
    names = workload.annotations.get(f"{_INJECT}{key}-container-names") or workload.annotations.get(
        f"{_INJECT}container-names", ""
    )
    wanted = [one.strip() for one in names.split(",") if one.strip()]
    return container.name in wanted if wanted else container.index == 0


def _instrumentation(
    wish: str, namespace: str, settings: tuple[ProgramSettings, ...]
) -> ProgramSettings | None:
    """Return the Instrumentation that an annotation means, if it is in the input."""
    space, _, name = wish.rpartition("/")
    known = [
        one
        for one in settings
        if one.ref.kind == INSTRUMENTATION and one.ref.namespace == (space or namespace)
    ]
    if wish.lower() == "true":
        return known[0] if len(known) == 1 else None
    return next((one for one in known if one.ref.name == name), None)


def _variables(held: ProgramSettings, language: str) -> Mapping[str, ToldValue]:
    return {
        name: ToldValue(text, f"{name}={text} in {held.ref}", held.place(steps))
        for name, (text, steps) in held.of(language).items()
    }


def _by_datadog(workload: Workload, container: Container) -> Iterator[Sighting]:
    if workload.labels.get(f"{_DATADOG}enabled") != "true":
        return
    for key, sdk in _DATADOG_LIBRARIES.items():
        for name in (f"{container.name}.{key}", key):
            annotation = f"{_DATADOG}{name}-lib.version"
            version = workload.annotations.get(annotation)
            if version is not None:
                place = workload.place("metadata", "annotations", annotation)
                shown = version.removeprefix("v")
                shown = shown if shown[:1].isdigit() else ""
                yield Sighting(sdk, f"{annotation}: {version}", place, shown)
                break


def _by_skywalking(
    workload: Workload, container: Container, namespace: Namespace | None
) -> Iterator[Sighting]:
    if workload.labels.get(_SKYWALKING_LABEL) != "true":
        return
    if namespace is not None and namespace.meta.labels.get(_SKYWALKING_SPACE) != "enabled":
        return
    if not _is_matched(container, workload.annotations.get(_SKYWALKING_CONTAINERS, "")):
        return
    place = workload.place("metadata", "labels", _SKYWALKING_LABEL)
    version = _tag(workload.annotations.get(_SKYWALKING_IMAGE, ""))
    yield Sighting("skywalking-java", f"{_SKYWALKING_LABEL}: true", place, version)


def _is_matched(container: Container, expression: str) -> bool:
    """Whether SkyWalking's injector takes a container: the first by an expression that is none."""
    try:
        return re2.search(expression, container.name) is not None
    except re2.error:
        return container.index == 0
