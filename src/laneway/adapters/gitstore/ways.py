"""The ways to a server: https, ssh by the person's own program, and a folder of this machine.

Comes in: a Remote that has passed its check, and a FetchWatch. Goes out: a client of the protocol.
No redirect is followed, no other host is asked, whatever the server says; the programs that are
started get the address as an argument of their own, never through a shell of ours.
https://git-scm.com/docs/protocol-v2
"""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import urllib3
from dulwich.client import (
    SubprocessWrapper,
    TraditionalGitClient,
    Urllib3HttpGitClient,
    default_urllib3_manager,
)
from dulwich.errors import NotGitRepository
from dulwich.protocol import CAPABILITY_PACKFILE_URIS, Protocol
from urllib3.connection import HTTPConnection

from laneway.adapters.gitstore.credentials import Secret
from laneway.adapters.gitstore.scan import NoPack
from laneway.adapters.gitstore.watch import FetchWatch
from laneway.core.git.remote import Remote

if TYPE_CHECKING:
    from dulwich.client import HTTPResponse

_TIMES = urllib3.Timeout(connect=10.0, read=30.0)
"""Seconds. A server that is at work on a pack says so every few seconds."""
_PROTOCOL = {"GIT_PROTOCOL": "version=2"}
_SAFE = ("-x", "-a", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10")
_CARRY = ("-o", "SendEnv=GIT_PROTOCOL")
_SAID = 2_000
_MOMENT = 1.0


class SentElsewhere(Exception):  # noqa: N818 - the store makes a finding of it
    """The server sends whoever asks to another address."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self.target = target


class NoProgram(Exception):  # noqa: N818 - the store makes a finding of it
    """The program by which a server is asked is not there; its text is the program's name."""


def client(remote: Remote, watch: FetchWatch, secret: Secret | None = None) -> _Web | _Program:
    """Return who asks a remote. A secret goes only to the remote itself, and never in the clear."""
    if remote.way in ("http", "https"):
        return _Web(remote, watch, secret if remote.is_private else None)
    return _Program(remote, watch)


def command(remote: Remote) -> list[str]:
    """Return what is started for a remote of ssh or of this machine.

    `GIT_SSH_COMMAND` of the environment says which ssh, as it does for Git.

    >>> command(Remote("ssh", "example.com", "team/lanes.git", "git"))[-2:]
    ['git@example.com', "git-upload-pack 'team/lanes.git'"]
    """
    if remote.way == "file":
        return ["git", "upload-pack", "--", remote.path]
    ssh = shlex.split(os.environ.get("GIT_SSH_COMMAND", "")) or ["ssh"]
    port = ["-p", str(remote.port)] if remote.port else []
    user = f"{remote.user}@" if remote.user else ""
    path = "'" + remote.path.replace("'", "'\\''") + "'"
    host = remote.host.strip("[]")
    return [*ssh, *_SAFE, *_CARRY, *port, "--", f"{user}{host}", f"git-upload-pack {path}"]


class _Web(Urllib3HttpGitClient):
    """Asks over HTTP, one host and no other."""

    said = ""

    def __init__(self, remote: Remote, watch: FetchWatch, secret: Secret | None) -> None:
        pool = _OneHost(remote, watch)
        user, token = (secret.user, secret.token) if secret else (None, None)
        super().__init__(
            remote.url,
            pool_manager=pool,  # type: ignore[arg-type] # what is asked of a pool is `request`
            username=user,
            password=token,
            thin_packs=True,
            quiet=True,
        )
        self._fetch_capabilities.discard(CAPABILITY_PACKFILE_URIS)
        self._pool = pool
        self._watch = watch

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # noqa: FBT001, FBT002 - the library's own form
    ) -> tuple[HTTPResponse, Callable[[int], bytes]]:
        response, read = super()._http_request(url, headers, data, raise_for_status)

        def counted(size: int) -> bytes:
            found = read(size)
            self._watch.told(len(found))
            return found

        return response, counted

    @staticmethod
    def _warn_filter_objects() -> None:
        """Take no note of a server that sends large files all the same: they are counted."""

    def close(self) -> None:
        self._pool.close()


class _OneHost:
    """Sends requests to the host of a remote; a redirect, and any other host, is refused.

    So is a server that only serves files: its packs would be read whole into memory.
    """

    def __init__(self, remote: Remote, watch: FetchWatch) -> None:
        self._origin = urllib3.util.parse_url(remote.url)
        pool: Any = default_urllib3_manager(None, base_url=remote.url)
        kinds = pool.pool_classes_by_scheme
        pool.pool_classes_by_scheme = {way: _watched(kind, watch) for way, kind in kinds.items()}
        self._pool = pool
        self._open: list[urllib3.BaseHTTPResponse] = []
        self.headers = pool.headers

    def request(self, method: str, url: str, **words: Any) -> urllib3.BaseHTTPResponse:
        """Send a request; the words are urllib3's."""
        asked = urllib3.util.parse_url(url)
        one = self._origin
        if (asked.scheme, asked.host, asked.port) != (one.scheme, one.host, one.port):
            raise SentElsewhere(url)
        quiet = {"redirect": False, "retries": False, "timeout": _TIMES}
        response: urllib3.BaseHTTPResponse = self._pool.request(method, url, **words, **quiet)
        self._open.append(response)
        if 300 <= response.status < 400:
            raise SentElsewhere(response.headers.get("Location", "another address"))
        kind = response.headers.get("Content-Type", "")
        if response.status == 200 and not kind.startswith("application/x-git-upload-pack-"):
            raise NoPack("no server of Git answers like this")
        return response

    def close(self) -> None:
        """Close all connections, those of answers that nobody read to the end among them."""
        for response in self._open:
            response.close()
        self._pool.clear()


def _watched(kind: Any, watch: FetchWatch) -> Any:
    """Return a kind of connection pool whose connections a watch can cut off.

    A copy of the socket stays in hand, since TLS takes over the first one before it is through.
    """

    class Connection(kind.ConnectionCls):  # type: ignore[misc]
        def _new_conn(self: HTTPConnection) -> socket.socket:
            opened: socket.socket = super()._new_conn()  # type: ignore[misc]
            copy = opened.dup()
            watch.cut_by(lambda: _shut(copy))
            watch.then(copy.close)
            return opened

    return type("WatchedPool", (kind,), {"ConnectionCls": Connection})


def _shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


class _Program(TraditionalGitClient):
    """Asks through a program: ssh, or the server's side of Git on this machine."""

    def __init__(self, remote: Remote, watch: FetchWatch) -> None:
        super().__init__(thin_packs=True, quiet=True)
        self._remote = remote
        self._watch = watch
        self._said = bytearray()
        self._listener: threading.Thread | None = None

    @property
    def said(self) -> str:
        """What the program complained of, as far as it is kept; waits a moment for it."""
        if self._listener is not None:
            self._listener.join(_MOMENT)
        return self._said.decode(errors="replace")

    def _connect(
        self,
        cmd: bytes,  # noqa: ARG002 - a fetch is all that is asked for
        path: bytes | str,  # noqa: ARG002 - the remote knows it
        protocol_version: int | None = None,  # noqa: ARG002 - the newest
    ) -> tuple[Protocol, Callable[[], bool], IO[bytes] | None]:
        if self._remote.way == "file" and not os.path.isdir(self._remote.path):
            raise NotGitRepository  # Git says of such a folder that somebody else owns it
        started = _started(command(self._remote))
        self._watch.cut_by(lambda: _kill(started))
        listener = threading.Thread(target=self._listen, args=(started.stderr,), daemon=True)
        listener.start()
        self._listener = listener
        pipes = SubprocessWrapper(started)

        def read(size: int) -> bytes:
            found: bytes = pipes.read(size)
            self._watch.told(len(found))
            return found

        def close() -> None:
            _end(started)
            listener.join(_MOMENT)

        protocol = Protocol(read, pipes.write, close)
        self._watch.then(protocol.close)
        return protocol, pipes.can_read, None

    @staticmethod
    def _warn_filter_objects() -> None:
        """Take no note of a server that sends large files all the same: they are counted."""

    def _listen(self, complaints: IO[bytes]) -> None:
        """Keep the beginning of what is said, and let the rest go by."""
        with suppress(OSError), complaints:
            while said := complaints.read(4096):
                self._said += said[: max(0, _SAID - len(self._said))]


def _started(words: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            words,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **_PROTOCOL, "GIT_TERMINAL_PROMPT": "0"},
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise NoProgram(words[0]) from error


def _end(started: subprocess.Popen[bytes]) -> None:
    """Hang up, and kill what does not end by itself in a moment."""
    for pipe in (started.stdin, started.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    with suppress(subprocess.TimeoutExpired):
        started.wait(_MOMENT)
    _kill(started)
    started.wait()


def _kill(started: subprocess.Popen[bytes]) -> None:
    if started.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
