"""The holder: the process whose namespaces a private network lives in.

Comes in: requests on standard input, a socket of whole messages. Goes out: namespaces, and sockets
that were made inside them, handed out by their handles: whoever asked configures the network with
these from outside. When the other side is gone the holder ends, and with the last process inside
everything it made is gone.

It runs alone and imports nothing of Laneway, and `_socket` rather than `socket`, which halves its
start. A request is words with a zero byte between them: `open NAME`, `mesh` (the network between
the namespaces) or `drop NAME`; further words of the first two are the family, kind and protocol of
a socket each. Answers are `done`, for `open` with the namespace's own handle before the others, or
`failed ERRNO WHAT`.
"""

from __future__ import annotations

import _socket
import ctypes
import errno
import os
import sys
from collections.abc import Iterable

NEWNS, NEWUSER, NEWNET = 0x20000, 0x10000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_SLAVE = 2, 4, 8, 0x1000, 0x4000, 0x80000
MNT_DETACH = 2
HERE = "/proc/self/ns/net"
SILENT = ("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1")
"""Links get no address of IPv6, and so do not talk about it."""

MESH_SETTINGS = (
    SILENT,
    ("/proc/sys/net/ipv4/ip_forward", "1"),  # what leads nowhere is refused, rather than lost
)
POD_SETTINGS = (
    SILENT,
    ("/proc/sys/net/ipv4/conf/all/route_localnet", "1"),  # or nobody is led to 127.0.0.1
    ("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0"),  # a container may listen on port 80
)
"""What networks are set to. https://docs.kernel.org/networking/ip-sysctl.html"""

_libc = ctypes.CDLL(None, use_errno=True)


class RefusedError(OSError):
    """The kernel refuses something; the text says what was being done."""


class Namespaces:
    """The namespaces. `folder` is where pods' are seen by whoever enters the holder's mounts."""

    def __init__(self, folder: str) -> None:
        """Leave the machine's network and mounts. Raises RefusedError."""
        self.folder = folder
        self.owns_users = _separate()
        _call("keep mounts apart", "mount", None, b"/", None, MS_REC | MS_SLAVE, None)
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        _call("mount tmpfs", "mount", b"pods", os.fsencode(folder), b"tmpfs", flags, b"mode=700")
        _set(MESH_SETTINGS)
        self.mesh = os.open(HERE, os.O_RDONLY)

    def path(self, name: str) -> str:
        """Return where a pod's network namespace is seen."""
        return f"{self.folder}/{name}"

    def answer(self, request: list[str]) -> list[int]:
        """Do what is asked; return the handles asked for. Raises RefusedError."""
        match request:
            case ["mesh", *kinds]:
                return _sockets(kinds)
            case ["open", name, *kinds]:
                try:
                    self.enter(name)
                    return [os.open(HERE, os.O_RDONLY), *_sockets(kinds)]
                finally:
                    _call("leave a pod", "setns", self.mesh, NEWNET)
            case ["drop", name]:
                path = self.path(name)
                _call("drop a pod", "umount2", os.fsencode(path), MNT_DETACH)
                os.unlink(path)  # noqa: PTH108 - pathlib is not loaded here
                return []
            case _:
                raise RefusedError(errno.EINVAL, f"understand {request}")

    def enter(self, name: str) -> None:
        """Go into a pod's network; make it if there is none. Raises RefusedError."""
        path = self.path(name)
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            self.make(path)
            return
        try:
            _call("enter a pod", "setns", handle, NEWNET)
        finally:
            os.close(handle)

    def make(self, path: str) -> None:
        """Make a network, be in it, and keep it at a path until it is dropped."""
        _call("make a network namespace", "unshare", NEWNET)
        _set(POD_SETTINGS)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        _call("keep a network", "mount", HERE.encode(), os.fsencode(path), None, MS_BIND, None)


def _separate() -> bool:
    """Leave the machine's network and mounts; return whether that took a user namespace.

    In there the user has their own number, and no other exists.
    https://man7.org/linux/man-pages/man7/user_namespaces.7.html
    """
    user, group = os.geteuid(), os.getegid()
    if user == 0 and _libc.unshare(NEWNET | NEWNS) == 0:
        return False
    _call("make a user namespace", "unshare", NEWUSER | NEWNET | NEWNS)
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{user} {user} 1")
    _write("/proc/self/gid_map", f"{group} {group} 1")
    return True


def _sockets(kinds: Iterable[str]) -> list[int]:
    """Make sockets in the network this process is in; return their handles."""
    found = []
    for kind in kinds:
        family, form, protocol = map(int, kind.split())
        try:
            found.append(_socket.socket(family, form, protocol).detach())
        except OSError as error:
            raise RefusedError(error.errno, f"make a socket {kind}") from error
    return found


def _set(settings: Iterable[tuple[str, str]]) -> None:
    for path, value in settings:
        _write(path, value)


def _write(path: str, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY)
        os.write(handle, text.encode())
        os.close(handle)
    except FileNotFoundError:
        pass  # a kernel without IPv6
    except OSError as error:
        raise RefusedError(error.errno, f"write {path}") from error


def _call(what: str, name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        raise RefusedError(ctypes.get_errno(), what)


def serve(control: _socket.socket, folder: str) -> None:
    """Answer requests until the other side is gone."""
    try:
        namespaces = Namespaces(folder)
    except RefusedError as error:
        control.send(f"failed {error.errno} {error.strerror}".encode())
        return
    control.send(b"done user" if namespaces.owns_users else b"done")
    while request := control.recv(65536):
        handles: list[int] = []
        try:
            handles = namespaces.answer(request.decode().split("\0"))
            rights = b"".join(one.to_bytes(4, sys.byteorder) for one in handles)
            control.sendmsg([b"done"], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)])
        except RefusedError as error:
            control.send(f"failed {error.errno} {error.strerror}".encode())
        finally:
            for handle in handles:
                os.close(handle)


if __name__ == "__main__":
    try:
        serve(_socket.socket(fileno=os.dup(0)), sys.argv[1])
    except (BrokenPipeError, ConnectionResetError):
        sys.exit()  # the other side is gone
