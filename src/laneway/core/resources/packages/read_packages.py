"""Reads lock files and SBOMs: which packages a program has, and in which versions.

Comes in: the name of a file and its bytes. Goes out: ProgramPackages. It never raises: of what
cannot be read it says why. Read is what lists every package with its version; of formats that need
a build tool to be understood, as those of Maven and yarn, an SBOM says the same.
https://cyclonedx.org/docs/1.6/json https://spdx.github.io/spdx-spec/v2.3
https://spdx.github.io/spdx-spec/v3.0.1/model/Software/Classes/Package
https://docs.npmjs.com/cli/configuring-npm/package-lock-json https://go.dev/ref/mod#go-mod-file
https://python-poetry.org/docs/managing-dependencies https://pdm-project.org/en/latest/usage/lockfile
https://docs.gradle.org/current/userguide/dependency_locking.html
https://pip.pypa.io/en/stable/reference/requirements-file-format
"""

from __future__ import annotations

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from laneway.core.resources.packages.program_packages import ProgramPackages

Listed = Iterator[tuple[str, str]]
"""Packages with a version, which is empty where it is left open."""

_PIN = re.compile(
    r"([A-Za-z0-9][\w.-]*)(?=$|[\s=<>!~;@[])\s*(?:\[[^]]*\])?\s*(?:===?\s*([^\s;,*]+)(?=$|[;\s]))?"
)
_INCLUDE = re.compile(r"(?:-r|--requirement)[\s=]*(\S+)")
_URL = re.compile(r"pkg:/*([^/?#]+)/([^?#]+?)(?:@([^/@?#]*))?(?:[?#].*)?")
_KNOWN = (
    "CycloneDX or SPDX as JSON, package-lock.json, uv.lock, poetry.lock, pdm.lock, pylock.toml, "
    "Cargo.lock, gradle.lockfile, go.mod and requirements as *.txt"
)

_DEVELOPMENT = ("dev", "test", "tests", "docs", "lint", "typing")
"""Groups of dependencies that by their usual names run nowhere."""

_LONGEST = 300
"""Characters of what a parser says."""


class _UnknownFormatError(ValueError):
    """The file is of no kind that is read."""


class _IncompleteFileError(ValueError):
    """The file says of itself that it does not list everything."""


def read_packages(name: str, raw: bytes) -> ProgramPackages | str:
    """Return the packages that a file lists, or why it cannot be read.

    `name` is its path, of which the last part decides.

    >>> read_packages("requirements.txt", b"Flask==3.1.0")
    ProgramPackages(path='requirements.txt', versions={'pypi/flask': ('3.1.0',)})
    """
    try:
        listed = list(_reader_of(name)(raw.decode(_encoding(raw))))
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        return _shown(str(error)[:_LONGEST])
    found: dict[str, list[str]] = {}
    for package, version in listed:
        versions = found.setdefault(package, [])
        if version and _shown(version) not in versions:
            versions.append(_shown(version))
    if not found:
        return f"it lists no package{' with a package URL' if name.endswith('.json') else ''}"
    return ProgramPackages(name, {one: tuple(versions) for one, versions in found.items()})


def _shown(text: str) -> str:
    """Return a text of the file as it may stand in a line of a terminal."""
    return text if text.isprintable() else ascii(text)


def _encoding(raw: bytes) -> str:
    """Return how a file is encoded: PowerShell writes what `pip freeze` says as UTF-16."""
    return "utf-16" if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"


def _reader_of(path: str) -> Callable[[str], Listed]:
    name = path.rpartition("/")[2].lower()
    if name.endswith(".json"):
        return _json
    if name.endswith(".txt"):
        return _requirements
    if re.fullmatch(r"(uv|poetry|pdm|cargo)\.lock|pylock(\..+)?\.toml", name):
        return _cargo if name.startswith("cargo") else _python
    return {"go.mod": _go, "gradle.lockfile": _gradle}.get(name, _unknown)


def _unknown(text: str) -> Listed:
    del text
    raise _UnknownFormatError(f"it is none of {_KNOWN}")


def _json(text: str) -> Listed:
    value = msgspec.json.decode(text)
    found = value if isinstance(value, dict) else {}
    if found.get("bomFormat") == "CycloneDX":
        used = (one for one in _components(found) if one.get("scope") != "excluded")
        return _by_url(one.get("purl") for one in used)
    if "@graph" in found:
        return _by_url(_of_graph(_mappings(found["@graph"])))
    if "spdxVersion" in found:
        references = (one.get("externalRefs") for one in _mappings(found.get("packages")))
        return _by_url(
            one.get("referenceLocator") for some in references for one in _mappings(some)
        )
    if "lockfileVersion" in found and isinstance(found.get("packages"), dict):
        return _npm(found["packages"].items())
    if found.get("lockfileVersion") == 1:
        return _npm(_nested(found))
    return _unknown(text)


def _mappings(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _components(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the components of an SBOM, those inside of others included."""
    waiting = _mappings(found.get("components"))
    while waiting:
        one = waiting.pop()
        waiting += _mappings(one.get("components"))
        yield one


def _of_graph(elements: Iterable[dict[str, Any]]) -> Iterator[Any]:
    """Yield what may be the package URLs in the elements of SPDX 3."""
    for one in elements:
        yield one.get("software_packageUrl")
        yield from (other.get("identifier") for other in _mappings(one.get("externalIdentifier")))


def _by_url(urls: Iterable[Any]) -> Listed:
    for url in urls:
        found = _URL.fullmatch(url) if isinstance(url, str) else None
        if found:
            kind, name, version = found[1].lower(), unquote(found[2]), unquote(found[3] or "")
            name = _plain(name) if kind == "pypi" else name
            yield f"{kind}/{name}", version.removeprefix("v") if kind == "golang" else version


def _nested(found: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the program and what is installed, of a lock file as npm 6 wrote it."""
    yield _text(found.get("name")), {}
    waiting = [found]
    while waiting:
        inner = waiting.pop().get("dependencies")
        for name, one in inner.items() if isinstance(inner, dict) else ():
            yield name, one
            waiting += _mappings([one])


def _npm(packages: Iterable[tuple[str, Any]]) -> Listed:
    """Yield the program and what is installed; what only development needs runs nowhere."""
    for path, one in packages:
        if isinstance(one, dict) and not (one.get("dev") or one.get("link")):
            name = _text(one.get("name")) or path.rpartition("node_modules/")[2]
            yield f"npm/{name}", _text(one.get("version"))


def _toml(kind: str, text: str) -> Listed:
    value = tomllib.loads(text)
    for one in _mappings(value.get("package", value.get("packages"))):
        if _is_for_development(one.get("groups")):
            continue
        name = _text(one.get("name"))
        yield f"{kind}/{_plain(name) if kind == 'pypi' else name}", _text(one.get("version"))


def _is_for_development(groups: Any) -> bool:
    """Whether a package is in such groups alone, as Poetry and PDM list them; another may run."""
    named = groups if isinstance(groups, list) else []
    return bool(named) and all(one in _DEVELOPMENT for one in named)


def _python(text: str) -> Listed:
    return _toml("pypi", text)


def _cargo(text: str) -> Listed:
    return _toml("cargo", text)


def _requirements(text: str) -> Listed:
    for line in map(str.strip, text.splitlines()):
        included = _INCLUDE.match(line)
        if included:
            raise _IncompleteFileError(
                f"it takes in {included[1]}, which is not followed: "
                "name a file with all packages, as `pip freeze` writes it"
            )
        found = _PIN.match(line)
        if found:
            yield f"pypi/{_plain(found[1])}", found[2] or ""


def _go(text: str) -> Listed:
    """Yield the module and what it requires, of which there may be nothing."""
    block: list[str] = []
    for line in text.splitlines():
        words = line.partition("//")[0].split()
        if words[-1:] == ["("]:
            block = words[:1]
        elif words == [")"]:
            block = []
        else:
            match [*block, *words]:
                case ["require", module, version]:
                    yield f"golang/{module}", version.removeprefix("v")
                case ["module", module]:
                    yield f"golang/{module}", ""
                case _:
                    pass


def _gradle(text: str) -> Listed:
    """Yield what is locked for more than tests."""
    for line in text.splitlines():
        named, _, configurations = line.partition("=")
        is_used = not all(one.startswith("test") for one in configurations.split(","))
        match named.split(":"):
            case [group, artifact, version] if is_used:
                yield f"maven/{group}/{artifact}", version
            case _:
                pass


def _plain(name: str) -> str:
    """Return the name of a Python package as all of its spellings have it in common.

    https://packaging.python.org/en/latest/specifications/name-normalization/
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
