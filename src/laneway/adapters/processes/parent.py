"""A warmed parent: a process that has loaded a program and forks a child for each one wanted.

Comes in: requests on standard input, a socket. Goes out: on the same socket which children there
are and how they ended; in a child, the environment it is to run in. Children share the memory of
what is loaded, and are processes of their own: a session, a log, an environment and a name in
`/proc` each. When the other side is gone the parent ends, and its children go on.

It runs alone and imports nothing of Laneway, and `_socket` rather than `socket`, which halves its
start. A request is the length of what follows, a line end, and then words with a zero byte between
them: the log, the name, how many words say where to enter (`entering`) and these, and the variables
of the environment. Answers are lines: `forked PID`, `failed ERRNO`, `ended PID CODE`.
"""

from __future__ import annotations

import _socket
import gc
import os
import resource
import select

SIGCHLD = 17
CONTROL = 0


def fork() -> dict[str, str]:
    """Fork for every request; return in a child what its environment is. The parent never returns.

    A child that is to live in other namespaces enters them before this returns.
    """
    control = _socket.socket(fileno=os.dup(CONTROL))
    own = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (own[1], own[1]))  # one handle for each child
    gc.freeze()  # what is loaded stays: collecting would write into memory that is shared
    request = _Forker(control, os.getppid()).next_child()
    if request is None:
        os._exit(0)
    resource.setrlimit(resource.RLIMIT_NOFILE, own)
    return _begun(request)


class _Forker:
    """The parent's side: its children by their handles, and what arrived of the next request."""

    def __init__(self, control: _socket.socket, owner: int) -> None:
        self.control = control
        self.owner = owner
        self.children: dict[int, int] = {}
        self.arrived = b""
        self.poll = select.poll()
        self.poll.register(control, select.POLLIN)

    def next_child(self) -> list[bytes] | None:
        """Serve until the other side is gone (None), or this is a child: return its request."""
        try:
            while True:
                for handle, _ in self.poll.poll():
                    if handle in self.children:
                        self.collect(handle)
                    elif not self.receive():
                        return None
                while (request := self.request()) is not None:
                    if self.fork() == 0:
                        return request
        except (BrokenPipeError, ConnectionResetError):
            return None

    def receive(self) -> bool:
        """Take what has arrived; return whether the other side is still there."""
        received = self.control.recv(65536)
        self.arrived += received
        return bool(received)

    def request(self) -> list[bytes] | None:
        """Return the next whole request."""
        length, line_end, rest = self.arrived.partition(b"\n")
        if not line_end or len(rest) < int(length):
            return None
        self.arrived = rest[int(length) :]
        request = rest[: int(length)].split(b"\0")
        if int(request[2]):
            import entering  # noqa: F401, PLC0415 - once here, rather than in every child
        return request

    def fork(self) -> int:
        try:
            child = os.fork()
        except OSError as error:
            self.control.sendall(b"failed %d\n" % (error.errno or 0))
            return -1
        if child:
            handle = os.pidfd_open(child)
            self.children[handle] = child
            self.poll.register(handle, select.POLLIN)
            self.control.sendall(b"forked %d\n" % child)
        return child

    def collect(self, handle: int) -> None:
        """Tell how a child ended, and wake the other side as the kernel would."""
        child = self.children.pop(handle)
        self.poll.unregister(handle)
        os.close(handle)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.control.sendall(b"ended %d %d\n" % (child, code))
        if os.getppid() == self.owner:
            os.kill(self.owner, SIGCHLD)


def _begun(request: list[bytes]) -> dict[str, str]:
    """Make this child what was asked for; return its environment."""
    log, name, count, *words = request
    inside, variables = words[: int(count)], words[int(count) :]
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for handle, stream in ((nothing, 0), (written, 1), (written, 2)):
        os.dup2(handle, stream)
    os.closerange(3, 1 << 16)
    _show(name, variables)
    if inside:
        _enter([os.fsdecode(word) for word in inside])
    pairs = (os.fsdecode(one).partition("=") for one in variables)
    os.environ.clear()
    os.environ.update({key: text for key, _, text in pairs})
    return dict(os.environ)


def _enter(words: list[str]) -> None:
    """Enter namespaces, or end with a word in the log."""
    import entering  # noqa: PLC0415 - loaded already, and only if anybody enters

    try:
        entering.enter(words)
    except OSError as error:
        os.write(2, f"{error.strerror or error}\n".encode())
        os._exit(1)


def _show(name: bytes, variables: list[bytes]) -> None:
    """Have `/proc` show the child's own name and environment where it shows the parent's.

    Both lie in the memory of the process itself, as long as the parent's were.
    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    with open("/proc/self/stat", "rb") as stat:  # noqa: PTH123 - pathlib is not loaded here
        fields = stat.read().rpartition(b")")[2].split()
    name_begins, name_ends, begin, end = (int(field) for field in fields[45:49])
    memory = os.open("/proc/self/mem", os.O_WRONLY)
    _write(memory, name, name_begins, name_ends)
    _write(memory, b"\0".join(variables), begin, end)
    os.close(memory)


def _write(memory: int, text: bytes, begin: int, end: int) -> None:
    room = end - begin
    os.pwrite(memory, text[: room - 1].ljust(room, b"\0"), begin)
