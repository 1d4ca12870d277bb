"""kubeconfig files, as kubectl reads them: which cluster, as which user.

Comes in: files, and a context's name. Goes out: the cluster and the user of one context, their
paths absolute. Of several files the first that names a thing has the say over it. What is wrong is
a `NoAccess` that names the file, the place in it and what to write.
https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml_rs
from msgspec import Struct, field
from msgspec.structs import replace

from laneway.adapters.kube.errors import NoAccess


class KubeCluster(Struct, frozen=True, rename="kebab"):
    """Where an API server is, and how it is known to be the right one."""

    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""


class Variable(Struct, frozen=True):
    """A variable of a plugin's environment."""

    name: str
    value: str = ""


class Plugin(Struct, frozen=True, rename="camel"):
    """A program that says who a user is.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
    """

    api_version: str
    command: str
    args: list[str] | None = None
    env: list[Variable] | None = None
    install_hint: str = ""
    interactive_mode: str = "IfAvailable"
    provide_cluster_info: bool = False


class KubeUser(Struct, frozen=True, rename="kebab"):
    """Who asks."""

    token: str = ""
    token_file: str = field(default="", name="tokenFile")
    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    username: str = ""
    password: str = ""
    impersonate: str = field(default="", name="as")
    impersonate_groups: list[str] = field(default_factory=list, name="as-groups")
    exec: Plugin | None = None
    auth_provider: dict[str, Any] | None = None


class KubeContext(Struct, frozen=True):
    """A cluster and a user by name, and the namespace that is meant where none is said."""

    cluster: str
    user: str = ""
    namespace: str = ""


class _NamedCluster(Struct, frozen=True):
    name: str
    cluster: KubeCluster


class _NamedUser(Struct, frozen=True):
    name: str
    user: KubeUser | None = None


class _NamedContext(Struct, frozen=True):
    name: str
    context: KubeContext


class _Config(Struct, rename="kebab"):
    clusters: list[_NamedCluster] | None = None
    users: list[_NamedUser] | None = None
    contexts: list[_NamedContext] | None = None
    current_context: str = ""


_N = TypeVar("_N")


class Configured(Struct, frozen=True):
    """One context of kubeconfig files, with what it names."""

    context: str
    cluster: KubeCluster
    user: KubeUser
    namespace: str
    origin: str
    """The files, for words."""


def configured(files: Sequence[Path], context: str | None = None) -> Configured:
    """Return the context of that name, or the current one. Raises NoAccess."""
    merged = _merged(files)
    origin = ", ".join(map(str, files))
    name = context or merged.current_context
    if not name:
        raise NoAccess(
            f"{origin} says no current-context; name one by --context "
            f"(there {_are(merged.contexts)}) or set it: kubectl config use-context NAME"
        )
    chosen = _named(merged.contexts, name, f"{origin} has no context")
    words = f"context {name!r} of {origin} names"
    cluster = _named(merged.clusters, chosen.cluster, f"{words} a cluster that is not there:")
    if not cluster.server:
        raise NoAccess(f"cluster {chosen.cluster!r} of {origin} has no server; write its https://…")
    user = KubeUser()
    if chosen.user:
        user = _named(merged.users, chosen.user, f"{words} a user who is not there:")
    return Configured(name, cluster, user, chosen.namespace or "default", origin)


def _named(found: Mapping[str, _N], name: str, words: str) -> _N:
    if name not in found:
        raise NoAccess(f"{words} {name!r}; there {_are(found)}")
    return found[name]


def context_names(files: Sequence[Path]) -> tuple[str, ...]:
    """Return the names of all contexts. Raises NoAccess."""
    return tuple(_merged(files).contexts)


class _Merged(Struct):
    current_context: str = ""
    clusters: dict[str, KubeCluster] = {}
    users: dict[str, KubeUser] = {}
    contexts: dict[str, KubeContext] = {}


def _merged(files: Sequence[Path]) -> _Merged:
    """Read files; of what several name the first counts whole, as kubectl has it."""
    merged = _Merged()
    for file in files:
        config = _read(file)
        merged.current_context = merged.current_context or config.current_context
        for cluster in config.clusters or ():
            merged.clusters.setdefault(cluster.name, _cluster(cluster.cluster, file.parent))
        for user in config.users or ():
            merged.users.setdefault(user.name, _user(user.user or KubeUser(), file.parent))
        for one in config.contexts or ():
            merged.contexts.setdefault(one.name, one.context)
    return merged


def _read(file: Path) -> _Config:
    try:
        text = file.read_text()
    except OSError as error:
        raise NoAccess(f"{file} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise NoAccess(f"{file} is no kubeconfig: it is not UTF-8") from error
    try:
        value = yaml_rs.loads(text, parse_datetime=False)
    except (ValueError, TypeError) as error:
        raise NoAccess(f"{file} is no YAML: {error}") from error
    try:
        return msgspec.convert(_without_nulls(value or {}), _Config)
    except msgspec.ValidationError as error:
        raise NoAccess(f"{file} is no kubeconfig: {error}") from error


def _without_nulls(value: Any) -> Any:
    """A field that is null is one that is not there, as Go reads it."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


_T = TypeVar("_T", KubeCluster, KubeUser)


def _cluster(found: KubeCluster, folder: Path) -> KubeCluster:
    return _beside(found, folder, ("certificate_authority",))


def _user(found: KubeUser, folder: Path) -> KubeUser:
    found = _beside(found, folder, ("client_certificate", "client_key", "token_file"))
    plugin = found.exec
    if plugin is not None and "/" in plugin.command:
        found = replace(found, exec=replace(plugin, command=str(folder / plugin.command)))
    return found


def _beside(found: _T, folder: Path, names: tuple[str, ...]) -> _T:
    """Paths of a file are meant from its own folder."""
    paths = {name: str(folder / path) for name in names if (path := getattr(found, name))}
    return replace(found, **paths)


def _are(named: Mapping[str, object]) -> str:
    return f"are: {', '.join(sorted(named))}" if named else "are none"
