"""The page that says which SDK keeps a lane, made of the table that predictions use.

Comes in: the table. Goes out: `docs/propagation.md`. `LANEWAY_BLESS=1` makes its test write the
page anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from laneway.core.sdks.fact import Fact, MeasuredPackage, Sdk, Setting
from laneway.core.sdks.table.every import FACTS, SDKS

HEAD = """\
# Which SDK keeps my lane?

In a permissive group a request has to say its lane at every hop, so all hangs on what a program
sends when it calls on. That is decided by its SDK, the version, and a few settings. Each row below
was measured: a request with a lane came in, and the headers that left were read. Written from the
table in `src/laneway/core/sdks/table/`, which `laneway propagation`, `laneway check` and
`laneway status` use as well; `./dev bless` writes it anew.

- **passes on**: the header leaves as it came, or so that the next hop reads the same of it.
- **will not**: the header, or what it said, is lost.
- **changes it**: it leaves, in another header, line or spelling.
- **not by itself**: it leaves only if the program's own code copies it.

A row speaks for the versions it names. Where the input shows another version, a prediction says
what was measured with which, and accuses nobody.

## In short

Which header to name as `traceHeader` of a group, for programs as they are installed:

"""

REST = """
- Never end tracing by `OTEL_SDK_DISABLED=true`: in Node that ends the lane. A sampler
  (`OTEL_TRACES_SAMPLER=always_off`) says the same and passes everything on.
- Keep `baggage` in `OTEL_PROPAGATORS` and in `DD_TRACE_PROPAGATION_STYLE` wherever they are set.
- In Spring Boot name the group's `routeHeader` in `management.tracing.baggage.remote-fields`.
- In Node load OpenTelemetry before Sentry.

## What a program has

Commands, agents, variables, ConfigMaps and injectors show much of it. Two annotations on the pods
say the rest:

```yaml
laneway.dev/packages: ../cart/uv.lock   # what the program is built of
laneway.dev/sdks: opentelemetry-go@0.72.0, httpx   # what nothing shows
```

`laneway.dev/packages` names a lock file or an SBOM by its path from the manifest's folder, inside
the folders that are read: CycloneDX or SPDX as JSON with package URLs, `package-lock.json`,
`uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml`, `requirements.txt` (any `*.txt`), `go.mod`,
`Cargo.lock`, `gradle.lockfile`. For `pnpm`, `yarn` and Maven an SBOM says the same. Name a file
that lists everything, also what packages bring along: of what is not in it nothing is known, and a
`requirements.txt` that takes in others (`-r`) is not read. What only development needs is left out:
in a `package-lock.json` what is `dev`, in a `poetry.lock` or `pdm.lock` what is in groups named
`dev`, `test`, `tests`, `docs`, `lint` or `typing` alone. Read are files alone, neither a cluster
nor a repository that is followed; there `laneway.dev/sdks` says what the program has.

- It gives what the manifest shows its version, and says which bridge Spring has.
- That an SDK is installed does not say that the program starts it. What it would lose is lost
  either way; what it would pass on is unknown until the manifest, or `laneway.dev/sdks`, shows that
  it is started.
- Where several SDKs are installed, something is predicted only if it is the same whichever of them
  are at work. Spring's `application.yml` is never seen, so of Spring little is said by its packages
  alone.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD + "\n".join(_short()), REST, *_sections()])


def _short() -> Iterator[str]:
    """Yield a table of what holds for each tracer as it is installed."""
    yield "| | language | baggage | traceparent | others |"
    yield "|---|---|---|---|---|"
    for sdk in SDKS.values():
        effects = _installed(sdk)
        if effects:
            known = [effects.pop(header, "") for header in ("baggage", "traceparent")]
            others = ", ".join(
                f"`{header}` {outcome}"
                for header, outcome in effects.items()
                if outcome != "not by itself"
            )
            link = f"[{sdk.title}](#{sdk.name})"
            yield f"| {link} | {sdk.language} | {known[0]} | {known[1]} | {others} |"


def _installed(sdk: Sdk) -> dict[str, str]:
    """Return what becomes of each header in a program that has a tracer and no setting of it."""
    found: dict[str, str] = {}
    for fact in FACTS:
        own = fact.sdk in (sdk.name, sdk.of) and not fact.beside
        if own and sdk.is_tracer and fact.in_manifest and all(map(_is_default, fact.settings)):
            found = dict(fact.effects) | found
    return found


def _is_default(setting: Setting) -> bool:
    return setting.test in ("unset", "without")


def _sections() -> Iterator[str]:
    for sdk in SDKS.values():
        facts = [fact for fact in FACTS if fact.sdk == sdk.name]
        if facts:
            usual = Counter(fact.packages for fact in facts).most_common(1)[0][0]
            seen = f"Seen by {sdk.seen_by}." if sdk.seen_by else "No manifest shows it."
            yield f"## {sdk.name}\n"
            yield f"{sdk.title}, {sdk.language}. {seen}"
            yield f"Measured with {', '.join(map(str, usual))}, where nothing else is named.\n"
            yield "| when | what becomes of it | remedy |\n|---|---|---|"
            yield from (_row(fact, usual) for fact in facts)
            yield ""


def _row(fact: Fact, usual: tuple[MeasuredPackage, ...]) -> str:
    effects = ", ".join(f"`{header}` **{outcome}**" for header, outcome in fact.effects.items())
    when = f"[{fact.when}]({fact.link})" if fact.link else fact.when
    also = f" (Measured with {fact.versions}.)" if fact.packages != usual else ""
    return f"| {when} | {effects}. {fact.says}{also} | {fact.remedy} |"
