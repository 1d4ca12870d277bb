"""How a mesh follows its repository, in words: the commit, then a table of its objects.

Comes in: the status as plain values, and the time. Goes out: lines. Times are told as ages, in the
zone of nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from laneway.apps.terminal.tables import duration, listed, table

HEAD = ("RESOURCE", "SYNC", "HEALTH", "")

Value = Mapping[str, Any]

_NOBODY_SAYS = "the repository could not be asked"
_WHAT_IS_GONE = "what is followed is not there any more, and what serves goes on"


def sync_lines(status: Value, now: float, width: int) -> list[str]:
    """Return the lines; `now` is in seconds since 1970, `width` that of the screen."""
    return [*_head(status, now), "", *table(HEAD, _rows(status["resources"]), width)]


def now_lines(status: Value, now: float) -> list[str]:
    """Return what came of a sync that somebody asked for."""
    refused, live, health = status["refused"], status["live"], status["health"]
    if status["repository"]["trouble"]:
        return list(_trouble(status["repository"], now))
    if refused:
        return [
            f"{commit_text(refused['revision'], now)} is refused:",
            *(f"  {reason}" for reason in refused["reasons"]),
        ]
    lines = [f"{commit_text(live['revision'], now)} is live"]
    lines += [f"  {listed(live['changed'])}"] if live["changed"] else []
    is_well = health["status"] in ("Healthy", "Suspended")
    return lines if is_well else [*lines, f"  {health['status']}: {health['message']}"]


def _head(status: Value, now: float) -> Iterator[str]:
    application, health = status["application"], status["health"]
    yield f"{application['name']} follows {source_text(application)}"
    why = f" ({health['message']})" if health["message"] else ""
    yield f"{status['sync']['status']}, {health['status']}{why}"
    newest, live = status["sync"]["revision"], status["live"]
    if live:
        since = f"live since {_ago(live['since'], now)}" if live["since"] else "applied last"
        yield f"{since}: {commit_text(live['revision'], now)}"
        if live["changed"]:
            yield f"  {listed(live['changed'])}"
    else:
        yield "nothing is applied yet"
    if newest and not (live and newest["id"] == live["revision"]["id"]):
        yield f"newest: {commit_text(newest, now)}{_fate(status, now)}"
    for reason in (status["refused"] or {"reasons": ()})["reasons"]:
        yield f"  {reason}"
    if status["repository"]["trouble"]:
        yield from _trouble(status["repository"], now)
    if status["passedBy"]:
        counts = ", ".join(f"{count} {kind}" for kind, count in status["passedBy"].items())
        yield f"not applied here, of other kinds: {counts}"


def _trouble(repository: Value, now: float) -> Iterator[str]:
    """Say why nobody knows what is newest, since when, and what mends it."""
    asked = repository["looked"]
    since = f", last asked with success {_ago(asked, now)} ago" if asked else ""
    yield f"{_WHAT_IS_GONE if repository.get('isGone') else _NOBODY_SAYS}{since}:"
    yield from trouble_lines(repository)


def trouble_lines(repository: Value) -> list[str]:
    """Return what keeps a repository from being followed, as it was found."""
    found = repository.get("findings") or ()
    lines = [(f"error[{one['code']}] {one['message']}", f"fix: {one['fix']}") for one in found]
    return [f"  {line}" for pair in lines for line in pair] or [f"  {repository['trouble']}"]


def _fate(status: Value, now: float) -> str:
    """Say what becomes of a commit that does not serve."""
    if status["refused"]:
        return f", refused {_ago(status['refused']['since'], now)} ago:"
    if status["application"]["automated"]:
        return ", on its way"
    return ", waits for `laneway sync now`"


def source_text(application: Value) -> str:
    """Return what an application follows, in a line."""
    revision, path = application["targetRevision"], application["path"]
    return f"{application['repoURL']} {revision} {path or '.'}"


def commit_text(commit: Value, now: float) -> str:
    """Return a commit with its subject, its author and its age."""
    said = " ".join(part for part in (commit["id"][:10], commit["subject"]) if part)
    if not commit["at"]:
        return said
    name = commit["author"].partition(" <")[0]
    return f"{said} ({name}, {_ago(commit['at'], now)} ago)"


def _rows(resources: Sequence[Value]) -> list[tuple[str, ...]]:
    return [(_named(one), one["status"], *_health(one)) for one in resources]


def _health(one: Value) -> tuple[str, str]:
    """Return the health of an object and what is said of it; some kinds have none."""
    found = one["health"] or {"status": "-", "message": ""}
    return found["status"], "requires pruning" if one["requiresPruning"] else found["message"]


def _named(one: Value) -> str:
    place = f"{one['namespace']}/{one['name']}" if one["namespace"] else one["name"]
    return f"{one['kind']} {place}"


def _ago(moment: float, now: float) -> str:
    seconds = max(now - moment, 0.0)
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return duration(seconds)
