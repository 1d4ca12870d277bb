"""Which SDKs the packages of a program bring, with their versions.

Comes in: a workload and what its lock file or SBOM lists. Goes out: sightings at the annotation
that names the file. That a package is there does not say that the program starts it, but for what a
framework starts by itself; what calls or answers counts only where facts tell it apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from laneway.core.resources.kubernetes.workloads import Workload
from laneway.core.resources.packages.program_packages import PACKAGES_ANNOTATION, ProgramPackages
from laneway.core.sdks.sighting import Sighting
from laneway.core.sdks.table.every import SDKS

_UNMEASURED = {
    "maven/io.opentelemetry.instrumentation/opentelemetry-spring-boot-starter": (
        "opentelemetry-spring-boot-starter"
    ),
    "npm/@instana/collector": "instana-node",
    "npm/@vercel/otel": "vercel-otel",
    "npm/applicationinsights": "applicationinsights",
    "npm/elastic-apm-node": "elastic-node",
    "npm/newrelic": "newrelic-node",
    "pypi/azure-monitor-opentelemetry": "azure-monitor-opentelemetry",
    "pypi/instana": "instana-python",
    "pypi/logfire": "logfire",
}
"""Packages of tracers of which no fact is known."""
_OTHER_SERVERS = ("django", "fastapi", "flask", "sanic", "starlette", "tornado")
"""Whoever serves by one of these has aiohttp for its calls."""
SPRING = "spring-boot"
SPRING_FILE = "application.yml"
"""Where a program sets what its framework starts: a manifest does not show it."""


def installed(workload: Workload, packages: ProgramPackages) -> Iterator[Sighting]:
    """Yield the SDKs that a program has by its packages."""
    place = workload.place("metadata", "annotations", PACKAGES_ANNOTATION)
    for sdk, package, within in _known(packages.versions):
        name = package.partition("/")[2]
        by = " ".join(filter(None, (name, packages.version(package), "in", packages.path)))
        version = packages.version(within or package)
        yield Sighting(sdk, by, place, version, "sure" if within else "installed")


def _known(listed: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is known of the packages that are there: an SDK, its package, what starts it."""
    serves_otherwise = any(f"pypi/{one}" in listed for one in _OTHER_SERVERS)
    for sdk in SDKS.values():
        named = next((one for one in sdk.packages if one in listed), None)
        is_started = not sdk.within or sdk.within in listed
        is_client = sdk.name == "aiohttp-server" and serves_otherwise
        if named is not None and is_started and not is_client:
            yield sdk.name, named, sdk.within
    for package, name in _UNMEASURED.items():
        if package in listed:
            yield name, package, ""
