"""What lock files and SBOMs list, and what is predicted by it.

The lock files of the programs of `examples/sdks/` are read as package managers wrote them.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from msgspec.structs import replace

from laneway.core.mesh.link import link
from laneway.core.resources.packages.program_packages import ProgramPackages
from laneway.core.resources.packages.read_packages import read_packages
from laneway.core.sdks.prediction import Prediction
from laneway.core.sdks.table.every import SDKS
from tests.sdks.reading import predicted_of
from tests.snapshot import snapshot_of_texts

ROOT = Path(__file__).parents[2]
PROGRAMS = ROOT / "examples" / "sdks" / "programs"
BOOT = "pkg:maven/org.springframework.boot/spring-boot"
BRAVE = "pkg:maven/io.micrometer/micrometer-tracing-bridge-brave"
NODE = "npm/@opentelemetry/auto-instrumentations-node"


def listed(name: str, text: str | bytes) -> ProgramPackages:
    found = read_packages(name, text.encode() if isinstance(text, str) else text)
    assert isinstance(found, ProgramPackages), found
    return found


def cyclone(*urls: str) -> str:
    components = [{"type": "library", "name": "x", "purl": one} for one in urls]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": components})


@pytest.mark.parametrize(
    ("file", "package", "measured"),
    [
        (PROGRAMS / "node/package-lock.json", NODE, "0.81.2"),
        (PROGRAMS / "go/go.mod", "golang/go.opentelemetry.io/otel", "1.47.0"),
        (PROGRAMS / "python/opentelemetry.txt", "pypi/opentelemetry-sdk", "1.45.1"),
        (PROGRAMS / "python/sentry.txt", "pypi/sentry-sdk", "2.75.0"),
        (ROOT / "uv.lock", "pypi/msgspec", version("msgspec")),
    ],
    ids=lambda one: one.name if isinstance(one, Path) else "",
)
def test_a_lock_file_is_read_as_its_tool_wrote_it(file: Path, package: str, measured: str) -> None:
    assert listed(file.name, file.read_bytes()).version(package) == measured


CARGO = 'version = 4\n[[package]]\nname = "opentelemetry"\nversion = "0.33.1"\n'
GRADLE = "# locked\na.b:c:1.2=runtimeClasspath\na.b:t:9=testRuntimeClasspath\nempty=annotation\n"
PINS = "-c more.txt\nFlask[async]==3.1.0 ; python_version > '3'\nrequests>=2\nhttps://a/b.whl\n"
MODULE = "module a.b/c\nrequire a.b/d v1.2.0\nrequire (\n\ta.b/e v2.0.0 // indirect\n)\n"
EXCLUDED = f"{MODULE}exclude a.b/d v1.1.0\nreplace a.b/d v1.2.0 => a.b/f v3.0.0\n"
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {"name": "root"},
        {"externalRefs": [{"referenceLocator": "pkg:pypi/Sentry_SDK@2.75.0?x=y"}]},
    ],
}
SPDX_3 = {
    "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
    "@graph": [
        {"type": "CreationInfo", "specVersion": "3.0.1"},
        {"type": "software_Package", "software_packageUrl": "pkg:pypi/a@1"},
        {"type": "software_Package", "externalIdentifier": [{"identifier": "pkg:npm/b@2"}]},
    ],
}
INNER = {"purl": "pkg:npm/b@2", "components": [{"purl": "pkg:npm/%40a/c@3"}]}
NESTED = {
    "bomFormat": "CycloneDX",
    "components": [INNER, {"scope": "excluded", "purl": "pkg:npm/d@4"}, {"name": "no url"}],
}
NPM = {
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "shop"},
        "node_modules/@a/b": {"version": "1.0.0"},
        "node_modules/x/node_modules/@a/b": {"version": "2.0.0"},
        "node_modules/jest": {"version": "30.0.0", "dev": True},
    },
}
NPM_6 = {
    "name": "shop",
    "lockfileVersion": 1,
    "dependencies": {
        "@a/b": {"version": "1.0.0", "requires": {"c": "^1"}},
        "x": {"version": "3.0.0", "dependencies": {"@a/b": {"version": "2.0.0"}}},
        "jest": {"version": "30.0.0", "dev": True},
    },
}
POETRY = """
[[package]]
name = "flask"
version = "3.1.0"
groups = ["main", "dev"]
[[package]]
name = "sentry-sdk"
version = "2.75.0"
groups = ["dev", "docs"]
[[package]]
name = "gunicorn"
version = "24.0.0"
groups = ["production"]
"""
PDM = POETRY.replace("main", "default")
GROUPED = {"pypi/flask": ("3.1.0",), "pypi/gunicorn": ("24.0.0",)}


@pytest.mark.parametrize(
    ("name", "text", "versions"),
    [
        ("poetry.lock", POETRY, GROUPED),
        ("pdm.lock", PDM, GROUPED),
        (
            "package-lock.json",
            json.dumps(NPM_6),
            {"npm/shop": (), "npm/@a/b": ("1.0.0", "2.0.0"), "npm/x": ("3.0.0",)},
        ),
        ("Cargo.lock", CARGO, {"cargo/opentelemetry": ("0.33.1",)}),
        ("gradle.lockfile", GRADLE, {"maven/a.b/c": ("1.2",)}),
        ("requirements.txt", PINS, {"pypi/flask": ("3.1.0",), "pypi/requests": ()}),
        (
            "go.mod",
            EXCLUDED,
            {"golang/a.b/c": (), "golang/a.b/d": ("1.2.0",), "golang/a.b/e": ("2.0.0",)},
        ),
        ("go.mod", "module a.b/c\n\ngo 1.22\n", {"golang/a.b/c": ()}),
        ("sbom.spdx.json", json.dumps(SPDX), {"pypi/sentry-sdk": ("2.75.0",)}),
        ("bom.json", json.dumps(NESTED), {"npm/b": ("2",), "npm/@a/c": ("3",)}),
        ("package-lock.json", json.dumps(NPM), {"npm/shop": (), "npm/@a/b": ("1.0.0", "2.0.0")}),
        ("sbom.spdx3.json", json.dumps(SPDX_3), {"pypi/a": ("1",), "npm/b": ("2",)}),
        ("bom.json", cyclone("pkg:npm/a@1%0A%1B[31m"), {"npm/a": (r"'1\n\x1b[31m'",)}),
        ("go.json", cyclone("pkg:golang/a.b/c@v1.0.0"), {"golang/a.b/c": ("1.0.0",)}),
    ],
    ids=lambda one: one if isinstance(one, str) and len(one) < 20 else "",
)
def test_a_format_is_read(name: str, text: str, versions: dict[str, tuple[str, ...]]) -> None:
    assert listed(name, text).versions == versions


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("yarn.lock", b"x", "none of CycloneDX"),
        ("a.json", b"{}", "none of CycloneDX"),
        ("a.json", b"[1", "truncated"),
        ("a.json", b"[" * 100_000, "recursion"),
        ("uv.lock", b"a = ", "Invalid value"),
        ("uv.lock", b"a = " + b"[" * 100_000, "recursion"),
        ("requirements.txt", b"\x80", "utf-8"),
        ("bom.json", b'{"bomFormat": "CycloneDX"}', "no package with a package URL"),
        ("requirements.txt", b"# nothing\n", "it lists no package"),
        ("requirements.txt", b"-r base.txt\nsentry-sdk==2.75.0\n", "it takes in base.txt"),
        ("requirements.txt", b"sentry-sdk\n--requirement=base.txt\n", "it takes in base.txt"),
        ("package-lock.json", b'{"lockfileVersion": 3, "dependencies": {}}', "none of"),
    ],
)
def test_what_cannot_be_read_says_why(name: str, raw: bytes, words: str) -> None:
    found = read_packages(name, raw)

    assert isinstance(found, str)
    assert words in found


def test_what_powershell_writes_is_read_as_pip_reads_it() -> None:
    assert listed("requirements.txt", "a==1\r\n".encode("utf-16")).versions == {"pypi/a": ("1",)}


def foretold(
    packages: ProgramPackages | None, header: str = "baggage", container: str = ""
) -> Prediction:
    """Return what is predicted of a program with these packages."""
    text = f"""
apiVersion: apps/v1
kind: Deployment
metadata: {{name: cart, namespace: shop}}
spec:
  template:
    metadata: {{annotations: {{laneway.dev/packages: lock}}}}
    spec: {{containers: [{{name: cart, image: example.com/cart{container}}}]}}
"""
    mesh = link(snapshot_of_texts([("shop.yaml", text)]))
    (workload,) = mesh.workloads
    named = {workload.meta.ref: packages} if packages else {}
    return predicted_of(replace(mesh, snapshot=replace(mesh.snapshot, packages=named)), header)


def having(*named: str) -> ProgramPackages:
    """Return packages, each as `pypi/flask 3.1.0`."""
    return ProgramPackages("lock", {one.split()[0]: (one.split()[1],) for one in named})


INSTRUMENTED = ", command: [opentelemetry-instrument, python, app.py]"


def test_a_lock_file_says_the_version_of_what_the_manifest_shows() -> None:
    measured = foretold(having("pypi/opentelemetry-sdk 1.45.1"), container=INSTRUMENTED)
    other = foretold(having("pypi/opentelemetry-sdk 1.20.0"), container=INSTRUMENTED)

    assert measured.outcome == "passes on"
    assert other.outcome == "unknown"
    assert "passes on with opentelemetry-sdk 1.45.1" in other.words
    assert other.words.endswith("here opentelemetry-python 1.20.0")


def test_what_is_installed_and_not_seen_to_start_is_not_taken_to_pass_on() -> None:
    found = foretold(having("pypi/opentelemetry-sdk 1.45.1"))

    assert found.outcome == "unknown"
    assert found.words == (
        "opentelemetry-sdk 1.45.1 in lock, if the program starts opentelemetry-python: passes on"
    )


def test_what_is_installed_loses_what_it_would_lose() -> None:
    found = foretold(having("pypi/sentry-sdk 2.75.0"))

    assert (found.outcome, found.fact and found.fact.name) == ("will not", "sentry-python/default")
    assert found.place is not None
    assert found.place.path[-1] == "laneway.dev/packages"


@pytest.mark.parametrize(
    "brought",
    ["opentelemetry-distro 0.66b1", "opentelemetry-exporter-otlp 1.45.1", "logfire 4.0.0"],
)
def test_who_lists_only_what_was_asked_for_has_what_that_brings(brought: str) -> None:
    assert foretold(having("pypi/sentry-sdk 2.75.0", f"pypi/{brought}")).outcome == "unknown"


def test_of_an_installed_version_that_was_not_measured_nobody_is_accused() -> None:
    found = foretold(having("pypi/sentry-sdk 1.0.0"))

    assert found.outcome == "unknown"
    assert "will not with sentry-sdk 2.75.0, here sentry-python 1.0.0" in found.words


def test_two_tracers_of_which_nobody_knows_which_one_starts_are_unknown() -> None:
    found = foretold(having("pypi/sentry-sdk 2.75.0", "pypi/opentelemetry-sdk 1.45.1"))

    assert found.outcome == "unknown"
    assert found.words == (
        "opentelemetry-sdk 1.45.1, sentry-sdk 2.75.0 in lock may be at work or not"
    )


def test_beside_what_is_started_a_package_that_may_be_is_a_doubt() -> None:
    both = having("pypi/sentry-sdk 2.75.0", "pypi/opentelemetry-sdk 1.45.1", "pypi/requests 2.34.2")

    assert foretold(both, container=INSTRUMENTED).outcome == "unknown"


def test_aiohttp_is_the_server_where_no_other_one_is_there() -> None:
    both = ("pypi/opentelemetry-sdk 1.45.1", "pypi/aiohttp 3.14.5")

    alone = foretold(having(*both), container=INSTRUMENTED)
    beside = foretold(having(*both, "pypi/flask 3.1.0"), container=INSTRUMENTED)

    assert alone.words == "aiohttp 3.14.5 in lock may be at work or not"
    assert beside.outcome == "passes on"


def test_packages_say_more_than_a_variable_hints_at() -> None:
    hint = ", command: [python, app.py], env: [{name: SENTRY_DSN, value: x}]"

    hinted = foretold(None, container=hint)
    known = foretold(having("pypi/flask 3.1.0"), container=hint)

    assert hinted.words == "SENTRY_DSN may be at work or not"
    assert known.words == "nothing in its manifest or lock shows an SDK"


def test_packages_that_were_not_read_are_said_to_be_missing() -> None:
    assert foretold(None).words == "nothing in its manifest shows an SDK, and lock was not read"


def test_which_bridge_spring_has_is_told_by_its_packages() -> None:
    packages = listed("bom.json", cyclone(f"{BOOT}@4.1.2", f"{BRAVE}@1.7.2"))
    shown = ", env: [{name: MANAGEMENT_TRACING_SAMPLING_PROBABILITY, value: '1'}]"

    found = foretold(packages, container=shown)
    of_other = foretold(
        listed("bom.json", cyclone(f"{BOOT}@9.9", f"{BRAVE}@1.7.2")), "baggage", shown
    )
    by_file = foretold(packages)

    assert (found.outcome, found.fact and found.fact.name) == (
        "will not",
        "spring-boot-brave/default",
    )
    assert of_other.outcome == "unknown"
    assert by_file.outcome == "unknown"
    assert by_file.words.startswith("application.yml may set more")


def test_a_tracer_that_was_not_measured_is_named() -> None:
    found = foretold(having("npm/elastic-apm-node 4.0.0"))

    assert found.words == "elastic-apm-node 4.0.0 in lock: not measured"


def test_of_a_program_with_everything_nothing_is_known() -> None:
    everything = [one for sdk in SDKS.values() for one in sdk.packages]

    found = foretold(having(*(f"{one} 1" for one in everything)))

    assert found.outcome == "unknown"
