"""Reads Applications: what is followed, checked before anything is asked.

Comes in: the bytes of a file, and the ways by which repositories may be asked. Goes out: the
Applications in it, and findings with their places. One with an error is not returned: half of what
it says would follow something else. What other programs would have to be run for is refused with
the way to do without.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from laneway.core.findings.codes import fetching, shape
from laneway.core.findings.finding import Finding, finding
from laneway.core.findings.place import Place, Source, Step
from laneway.core.git.remote import USUAL, Remote, Way, read_remote
from laneway.core.git.revision import GitRevision, read_revision
from laneway.core.git.selection import Selection, check_pattern, read_path
from laneway.core.resources.argo.application import (
    ArgoApplication,
    ArgoDestination,
    Automated,
    Retry,
)
from laneway.core.resources.argo.application_fields import (
    AUTOMATED,
    BACKOFF,
    DESTINATION,
    DIRECTORY,
    RETRY,
    ROOT,
    SOURCE,
    SPEC,
    SYNC_POLICY,
)
from laneway.core.resources.argo.sync_options import read_options
from laneway.core.resources.istio.durations import milliseconds
from laneway.core.resources.read_meta import read_meta
from laneway.core.resources.yaml.cursor import Cursor, Notes
from laneway.core.resources.yaml.documents import DocumentReader
from laneway.core.resources.yaml.spelling import describe

API_VERSION = "argoproj.io/v1alpha1"
KIND = "Application"
_RENDERED = {
    "helm": ("Helm", "helm template NAME CHART"),
    "chart": ("Helm", "helm template NAME CHART"),
    "kustomize": ("kustomize", "kustomize build FOLDER"),
    "plugin": ("a plugin", "PLUGIN"),
}
_JSONNET = ("Jsonnet", "jsonnet -y FILE")
_WITHOUT_EFFECT = {
    "ignoreDifferences": "only fields that Git names are compared and applied",
    "revisionHistoryLimit": "the history is that of Git",
}
_T = TypeVar("_T", Remote, GitRevision, str)


class ReadApplications(Struct, frozen=True):
    """The Applications of a file that are followed, and what is wrong in it."""

    applications: tuple[ArgoApplication, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_applications(path: str, raw: bytes, allowed: Collection[Way] = USUAL) -> ReadApplications:
    """Read a file of Applications; other objects in it are passed by. Never raises."""
    reader = DocumentReader(path)
    pieces, beyond = reader.cut(raw)
    findings = list(beyond.findings)
    applications: list[ArgoApplication] = []
    number, seen, is_broken = 0, False, beyond.unread
    for piece in pieces:
        documents = reader.read(piece, number)
        number += max(1, len(documents.documents))
        findings += documents.findings
        is_broken |= documents.unread
        for document in documents.documents:
            for root in _roots(document.source, document.value):
                seen = True
                found = read_application(root, allowed)
                findings += root.notes.findings
                if found is not None:
                    applications.append(found)
    if not (seen or is_broken):
        findings.append(finding(fetching.NOT_AN_APPLICATION, Place(Source(path)), path=path))
    return ReadApplications(tuple(applications), tuple(findings))


def _roots(source: Source, value: Any, prefix: tuple[Step, ...] = ()) -> Iterator[Cursor]:
    """Yield the Applications of a document: itself, or the items of a list."""
    if not isinstance(value, dict):
        return
    if (value.get("apiVersion"), value.get("kind")) == (API_VERSION, KIND):
        yield Cursor(value, Notes(source, prefix))
    items = value.get("items")
    if not prefix and isinstance(items, list):
        for index, item in enumerate(items):
            yield from _roots(source, item, ("items", index))


def read_application(root: Cursor, allowed: Collection[Way] = USUAL) -> ArgoApplication | None:
    """Read an Application; None where it has an error, which is noted."""
    root.known(KIND, ROOT)
    meta = read_meta(root, KIND, namespaced=True)
    spec = root.below("spec")
    spec.known(KIND, SPEC)
    for key, reason in _WITHOUT_EFFECT.items():
        if spec.written(key):
            spec.report(fetching.NO_EFFECT, key, reason=reason)
    source = _source(spec)
    remote = _remote(source, allowed)
    revision = _passed(source, "targetRevision", read_revision(source.text("targetRevision")))
    selection = _selection(source)
    destination = _destination(spec)
    policy = spec.below("syncPolicy")
    policy.known(KIND, SYNC_POLICY)
    if policy.written("managedNamespaceMetadata"):
        reason = "namespaces are made by whoever may make them"
        policy.report(fetching.NO_EFFECT, "managedNamespaceMetadata", reason=reason)
    keeps = read_options(policy)
    automated, retry = _automated(policy), _retry(policy)
    if root.notes.errors or meta is None or remote is None or revision is None:
        return None
    return ArgoApplication(
        meta, remote, revision, selection, destination, automated, retry, is_never_pruned=keeps
    )


def _source(spec: Cursor) -> Cursor:
    if spec.written("sources"):
        spec.report(fetching.SEVERAL_SOURCES, "sources", what="several sources")
    if spec.written("sourceHydrator"):
        what = "manifests that Argo CD renders and commits itself"
        spec.report(fetching.SEVERAL_SOURCES, "sourceHydrator", what=what)
    source = spec.below("source")
    if not (spec.written("source") or spec.notes.errors):
        spec.report(shape.MISSING_FIELD, "source")
    source.known(KIND, SOURCE)
    for key, (tool, command) in _RENDERED.items():
        if source.written(key):
            source.report(fetching.NOT_RUN, key, tool=tool, command=command)
    if source.written("tagPrefix"):
        reason = "a revision is a name, never a range of versions"
        source.report(fetching.NO_EFFECT, "tagPrefix", reason=reason)
    return source


def _remote(source: Cursor, allowed: Collection[Way]) -> Remote | None:
    if not source.raw:
        return None
    text = source.required("repoURL")
    return _passed(source, "repoURL", read_remote(text, None, allowed)) if text else None


def _selection(source: Cursor) -> Selection:
    path = _passed(source, "path", read_path(source.text("path")))
    directory = source.below("directory")
    directory.known(KIND, DIRECTORY)
    if directory.raw.get("jsonnet"):
        tool, command = _JSONNET
        directory.report(fetching.NOT_RUN, "jsonnet", tool=tool, command=command)
    include, exclude = directory.text("include"), directory.text("exclude")
    for key, pattern in (("include", include), ("exclude", exclude)):
        wrong = check_pattern(pattern)
        if wrong is not None:
            _note(directory, key, wrong)
    return Selection(
        path or "",
        recurse=directory.flag("recurse"),
        include=include,
        exclude=exclude,
        any_ending=directory.flag("disableExtensionFilter"),
        is_plain=source.written("directory"),
    )


def _destination(spec: Cursor) -> ArgoDestination:
    if not spec.written("destination"):
        spec.report(shape.MISSING_FIELD, "destination")
    destination = spec.below("destination")
    destination.known(KIND, DESTINATION)
    server, name = destination.text("server"), destination.text("name")
    if server and name:
        destination.report(fetching.TWO_DESTINATIONS, "name")
    return ArgoDestination(server, name, destination.text("namespace"))


def _automated(policy: Cursor) -> Automated | None:
    automated = policy.below("automated")
    automated.known(KIND, AUTOMATED)
    on = automated.flag("enabled") if automated.written("enabled") else policy.written("automated")
    flags = [automated.flag(key) for key in ("prune", "selfHeal", "allowEmpty")]
    return Automated(*flags) if on else None


def _retry(policy: Cursor) -> Retry:
    if not policy.written("retry"):
        return Retry()
    retry = policy.below("retry")
    retry.known(KIND, RETRY)
    retry.flag("refresh")
    backoff = retry.below("backoff")
    backoff.known(KIND, BACKOFF)
    limit = retry.number("limit", -(2**31), 2**31 - 1) or 0
    usual = Retry()
    return Retry(
        None if limit < 0 else limit,
        _seconds(backoff, "duration", usual.first),
        backoff.number("factor", 1, 1000) or usual.factor,
        _seconds(backoff, "maxDuration", usual.longest),
    )


def _seconds(backoff: Cursor, key: str, usual: float) -> float:
    """Return a length in seconds; a number alone are seconds."""
    text = backoff.text(key)
    if not text:
        return usual
    length = milliseconds(f"{text}s" if text.isdecimal() else text)
    if length is None:
        words = {"found": describe(text), "wanted": "a duration such as 30s or 5m"}
        backoff.report(shape.OUT_OF_RANGE, key, **words)
        return usual
    return length / 1000


def _passed(cursor: Cursor, key: str, found: _T | Finding) -> _T | None:
    """Return what passed its check; else None, and why not is noted."""
    if isinstance(found, Finding):
        _note(cursor, key, found)
        return None
    return found


def _note(cursor: Cursor, key: str, found: Finding) -> None:
    notes = cursor.notes
    place = Place(notes.source, (*notes.prefix, *cursor.path, key))
    notes.findings.append(replace(found, place=place, subject=notes.subject))
    notes.errors += 1
