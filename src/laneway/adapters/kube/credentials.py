"""Who asks: a token, a file with one, a program that gives one, or a certificate alone.

Comes in: what a kubeconfig or a pod says. Goes out: a header and, where a program gives one, a
client certificate; valid now. A program is run again when what it gave is about to expire, or was
refused; many who ask at once run it once.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from laneway.adapters.kube.errors import NoAccess
from laneway.adapters.kube.kubeconfig import KubeCluster, KubeUser, Plugin

_PATIENCE = 60.0
"""Seconds a program gets; it may have to wait for a person or a far server."""
_AHEAD = timedelta(seconds=10)
"""What expires that soon counts as expired: it has a way to go yet."""


class Presented(Struct, frozen=True):
    """What is shown to the server: a header's value, and a certificate with its key, as PEM."""

    authorization: str = ""
    certificate: str = ""
    key: str = ""


class Credentials(Protocol):
    """Gives what is shown to the server now."""

    async def present(self) -> Presented:
        """Return it. Raises NoAccess."""

    def refused(self, presented: Presented) -> bool:
        """Hear that the server refused this; return whether something else can be had."""


class Constant:
    """The same for ever."""

    def __init__(self, presented: Presented) -> None:
        self._presented = presented

    async def present(self) -> Presented:
        """Return it."""
        return self._presented

    def refused(self, presented: Presented) -> bool:  # noqa: ARG002 - nothing else is to be had
        """Return that nothing else can be had."""
        return False


class TokenFile:
    """A file with a token, read at each question: whoever keeps it replaces it at any time.

    A pod's own lives for an hour, and the kubelet writes another before it ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def present(self) -> Presented:
        """Return what the file says now."""
        try:
            token = self._path.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NoAccess(f"the token in {self._path} cannot be read ({error})") from error
        if not token:
            raise NoAccess(f"{self._path} is empty; it should hold a token")
        return Presented(f"Bearer {token}")

    def refused(self, presented: Presented) -> bool:
        """Return whether the file says something else by now."""
        try:
            return presented.authorization != f"Bearer {self._path.read_text().strip()}"
        except (OSError, UnicodeDecodeError):
            return False


class _Status(Struct, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None


class _ExecCredential(Struct, rename="camel"):
    api_version: str
    kind: str
    status: _Status


class PluginCredentials:
    """A plugin that is run for a token or a certificate."""

    def __init__(
        self,
        plugin: Plugin,
        cluster: KubeCluster,
        origin: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._plugin = plugin
        self._cluster = cluster
        self._origin = origin
        self._now = now
        self._presented: Presented | None = None
        self._expires: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def present(self) -> Presented:
        """Return what the program gave, or gives now where that is about to expire."""
        async with self._one_at_a_time:
            if self._presented is None or self._is_expiring():
                status = _status(await self._said(), self._plugin, self._origin)
                authorization = f"Bearer {status.token}" if status.token else ""
                self._expires = status.expiration_timestamp
                self._presented = Presented(
                    authorization, status.client_certificate_data, status.client_key_data
                )
            return self._presented

    def refused(self, presented: Presented) -> bool:
        """Have the program run again, unless it was meanwhile."""
        if self._presented == presented:
            self._presented = None
        return True

    def _is_expiring(self) -> bool:
        return self._expires is not None and self._now() + _AHEAD >= self._expires

    async def _said(self) -> bytes:
        plugin = self._plugin
        is_interactive = plugin.interactive_mode != "Never" and sys.stdin.isatty()
        if plugin.interactive_mode == "Always" and not is_interactive:
            raise self._broken("it has to ask somebody, and there is no terminal")
        try:
            program = await asyncio.create_subprocess_exec(
                plugin.command,
                *(plugin.args or ()),
                env=_environment(plugin, self._cluster, is_interactive=is_interactive),
                stdin=None if is_interactive else asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise self._broken(f"it cannot be started ({error.strerror})") from error
        try:
            async with asyncio.timeout(_PATIENCE):
                said, _ = await program.communicate()
        except TimeoutError as error:
            raise self._broken(f"it did not end within {_PATIENCE:.0f} seconds") from error
        finally:
            if program.returncode is None:
                program.kill()
                await program.wait()
        if program.returncode:
            raise self._broken(f"it ended with {program.returncode}; it says why above")
        return said

    def _broken(self, why: str) -> NoAccess:
        return _broken(self._plugin, self._origin, why)


def _status(said: bytes, plugin: Plugin, origin: str) -> _Status:
    try:
        found = msgspec.json.decode(said, type=_ExecCredential)
    except msgspec.DecodeError as error:
        raise _broken(plugin, origin, f"what it says is no ExecCredential ({error})") from error
    if found.kind != "ExecCredential" or found.api_version != plugin.api_version:
        told = f"it gives {found.api_version} {found.kind}, not {plugin.api_version} ExecCredential"
        raise _broken(plugin, origin, told)
    status = found.status
    if not status.token and not (status.client_certificate_data and status.client_key_data):
        raise _broken(plugin, origin, "it gives neither a token nor a certificate with its key")
    return status


def _broken(plugin: Plugin, origin: str, why: str) -> NoAccess:
    hint = f"\n{plugin.install_hint.strip()}" if plugin.install_hint else ""
    return NoAccess(f"{origin} takes credentials from {plugin.command!r}: {why}{hint}")


def _environment(plugin: Plugin, cluster: KubeCluster, *, is_interactive: bool) -> dict[str, str]:
    spec: dict[str, object] = {"interactive": is_interactive}
    if plugin.provide_cluster_info:
        shown: dict[str, object] = {
            "server": cluster.server,
            "tls-server-name": cluster.tls_server_name,
            "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
            "certificate-authority-data": _authority(cluster),
            "proxy-url": cluster.proxy_url,
        }
        spec["cluster"] = {key: value for key, value in shown.items() if value}
    info = {"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec}
    named = {one.name: one.value for one in plugin.env or ()}
    return {**os.environ, **named, "KUBERNETES_EXEC_INFO": json.dumps(info)}


def _authority(cluster: KubeCluster) -> str:
    if cluster.certificate_authority_data or not cluster.certificate_authority:
        return cluster.certificate_authority_data
    return base64.b64encode(Path(cluster.certificate_authority).read_bytes()).decode()


def credentials_of(user: KubeUser, cluster: KubeCluster, origin: str) -> Credentials:
    """Return how a user of a kubeconfig shows who they are. Raises NoAccess."""
    if user.exec is not None:
        return PluginCredentials(user.exec, cluster, origin)
    if user.auth_provider is not None:
        name = user.auth_provider.get("name", "")
        raise NoAccess(
            f"{origin} uses auth-provider {name!r}, which Kubernetes dropped with 1.26; "
            "write the user with exec: and the cloud's own plugin"
        )
    if user.token_file:
        return TokenFile(Path(user.token_file))
    if user.token:
        return Constant(Presented(f"Bearer {user.token}"))
    if user.username:
        pair = base64.b64encode(f"{user.username}:{user.password}".encode()).decode()
        return Constant(Presented(f"Basic {pair}"))
    return Constant(Presented())
