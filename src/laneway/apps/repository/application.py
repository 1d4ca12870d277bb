"""What a file says that is to be followed.

Comes in: the path of a file with an Application, and what whoever runs this says beside it. Goes
out: what is followed, or the findings for which nothing is. Whoever names the file may name a
folder of this machine in it: it is no repository that speaks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from laneway.adapters.gitstore import GitCredentials
from laneway.apps.repository.followed import FollowedApplication
from laneway.apps.repository.hook import Hook
from laneway.core.findings.finding import Finding
from laneway.core.git.remote import USUAL, Way
from laneway.core.resources.argo.application import ArgoApplication
from laneway.core.resources.argo.read_application import read_applications
from laneway.core.syncing.due import SyncPolicy


class SeveralError(ValueError):
    """A file holds several Applications, and a mesh follows one; the text names them."""


class AskedBeside(Struct, frozen=True):
    """What is said beside the file.

    `poll` are seconds between two looks, `ways` further ones to ask by. `webhook` is an address to
    take webhooks at, empty for none, `secret` what their senders have to know.
    """

    poll: float
    credentials: GitCredentials
    ways: tuple[Way, ...] = ()
    webhook: str = ""
    secret: str = ""


class ReadFile(Struct, frozen=True):
    """What a file says. `followed` is None where it has errors."""

    followed: FollowedApplication | None
    findings: tuple[Finding, ...]


def read_application_file(path: str, asked: AskedBeside) -> ReadFile:
    """Read the one Application of a file. Raises SeveralError, OSError."""
    allowed = USUAL | {"file", *asked.ways}
    found = read_applications(path, Path(path).read_bytes(), allowed)
    if len(found.applications) > 1:
        names = ", ".join(one.meta.name for one in found.applications)
        raise SeveralError(f"{path} holds several Applications: {names}; a mesh follows one")
    followed = _followed(found.applications, asked)
    return ReadFile(followed, found.findings)


def _followed(
    applications: Sequence[ArgoApplication], asked: AskedBeside
) -> FollowedApplication | None:
    if not applications:
        return None
    [one] = applications
    return FollowedApplication(
        application=told(one),
        remote=one.remote,
        revision=one.revision,
        selection=one.selection,
        namespace=one.namespace,
        policy=policy_of(one),
        poll=asked.poll,
        credentials=asked.credentials,
        hook=Hook(asked.webhook, asked.secret, one.remote, one.revision) if asked.webhook else None,
    )


def policy_of(one: ArgoApplication) -> SyncPolicy:
    """Return what an Application allows to happen by itself."""
    keeps, automated = one.is_never_pruned, one.automated
    if automated is None:
        return SyncPolicy(keeps=keeps)
    return SyncPolicy(
        automated=True,
        prune=automated.prune,
        self_heal=automated.self_heal,
        allow_empty=automated.allow_empty,
        keeps=keeps,
    )


def told(one: ArgoApplication) -> dict[str, Any]:
    """Return what others are told of an Application, in its own words."""
    automated = one.automated
    return {
        "name": one.meta.name,
        "repoURL": one.remote.url,
        "targetRevision": one.revision.text,
        "path": one.selection.path,
        "namespace": one.namespace,
        "directory": {
            "recurse": one.selection.recurse,
            "include": one.selection.include,
            "exclude": one.selection.exclude,
        },
        "automated": None
        if automated is None
        else {
            "prune": automated.prune,
            "selfHeal": automated.self_heal,
            "allowEmpty": automated.allow_empty,
        },
    }
