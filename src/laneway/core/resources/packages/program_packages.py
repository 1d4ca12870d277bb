"""What is known of the packages of a program, and the annotation that names their list."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

PACKAGES_ANNOTATION = "laneway.dev/packages"
"""On a pod: the lock file or SBOM of its program, by its path from the manifest's folder."""


class ProgramPackages(Struct, frozen=True):
    """The packages that a file lists, each with its versions; none where a version is left open.

    A package is named as in a package URL, without its version: `pypi/flask`,
    `npm/@sentry/node`, `maven/org.springframework.boot/spring-boot`.
    https://github.com/package-url/purl-spec
    """

    path: str
    versions: Mapping[str, tuple[str, ...]]

    def version(self, package: str) -> str:
        """Return the version of a package; all of them where it is there more than once."""
        return ", ".join(self.versions.get(package, ()))
