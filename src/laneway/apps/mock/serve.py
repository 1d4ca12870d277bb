"""The mock application: one HTTP server that answers its name and what its upstream answers.

Comes in: requests, and settings by environment (`app`, `version`, `upstream_url`, and the address
from HOST, PORT_8000 and the like or PORT, POD_IP, HTTP_PROXY). Goes out: `-> mocka(version: v1, ip:
127.1.2.3)` followed by the upstream's answer. It stands in for the sample images of lane tutorials
and behaves as they do: every path answers, 200 even when the upstream fails, no header but
`x-request-id` is passed on, and each request is a line of the log. `forward_headers` names the
headers to pass on instead, `upstream_url` may hold several URLs, which are asked in turn. With a
name in `once` nobody is asked for a request that has been here before. A bad version is played by
`fail_every`, of so many requests one is answered 500, and by `slow_every` and `slow_ms`.

It is apart from the rest of Laneway and imports nothing of it: hundreds of copies run at once, so
it uses `_socket` and `_thread` rather than `socket` and `threading`, which halves its start.
"""

from __future__ import annotations

import _socket
import _thread
import os
import sys
import time

MAX_HEAD = 64 * 1024
IDLE_SECONDS = 300.0
PASSED = b"x-mock-passed"
"""The header that names where a request has been, among mocks that are asked once."""

Fields = dict[bytes, bytes]
"""Header fields by lower-case name; of repeated ones the last, but of lists all lines as one."""
LISTED = (b"baggage", b"sw8-correlation")
"""The headers whose lines are one list to most SDKs, as a program of theirs sends them on."""


class BrokenError(Exception):
    """The other side closed the connection, or what it sent is not HTTP/1."""


class Stream:
    """One side of an HTTP/1 connection: a socket and the bytes read beyond the last message."""

    def __init__(self, socket: _socket.socket) -> None:
        """Wrap a connected socket."""
        self.socket = socket
        self.rest = b""
        socket.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        socket.settimeout(IDLE_SECONDS)

    def more(self) -> None:
        """Read what has arrived. Raises BrokenError at the end of the connection."""
        received = self.socket.recv(65536)
        if not received:
            raise BrokenError("connection closed")
        self.rest += received

    def line(self) -> bytes:
        """Take one line, without its ending."""
        while (end := self.rest.find(b"\r\n")) < 0:
            self.more()
        line, self.rest = self.rest[:end], self.rest[end + 2 :]
        return line

    def exactly(self, size: int) -> bytes:
        """Take `size` bytes."""
        while len(self.rest) < size:
            self.more()
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def head(self) -> tuple[list[bytes], Fields]:
        """Take a message's head: the words of its first line, and its header fields."""
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            if len(self.rest) > MAX_HEAD:
                raise BrokenError("head too large")
            self.more()
        first, *lines = self.rest[:end].split(b"\r\n")
        self.rest = self.rest[end + 4 :]
        words = first.split(b" ", 2)
        if len(words) < 2:
            raise BrokenError("not HTTP")
        fields: Fields = {}
        for line in lines:
            name, _, value = line.partition(b":")
            key, text = name.lower(), value.strip()
            earlier = fields.get(key) if key in LISTED else None
            fields[key] = text if earlier is None else earlier + b"," + text
        return words, fields

    def body(self, fields: Fields) -> bytes:
        """Take the body that the head announced."""
        if b"chunked" in fields.get(b"transfer-encoding", b"").lower():
            return self.chunks()
        return self.exactly(number(fields.get(b"content-length", b"0"), 10))

    def chunks(self) -> bytes:
        """Take a chunked body and its trailers."""
        parts = []
        while size := number(self.line().partition(b";")[0], 16):
            parts.append(self.exactly(size))
            self.line()
        while self.line():
            pass
        return b"".join(parts)


def number(text: bytes, digits: int) -> int:
    """Read a length. Raises BrokenError when it is none."""
    try:
        return int(text, digits)
    except ValueError as error:
        raise BrokenError("bad length") from error


class Upstream:
    """The next service. Each connection of a caller has one of these, so that no lock is needed."""

    def __init__(self, url: str, proxy: str) -> None:
        """Take the URL to ask, and the proxy to ask it of (empty: ask the host directly)."""
        authority, _, path = url.partition("://")[2].partition("/")
        self.address = address_of(proxy or url)
        target = url if proxy else "/" + path
        self.request = f"GET {target} HTTP/1.1\r\nhost: {authority}\r\n".encode()
        self.stream: Stream | None = None

    def ask(self, forwarded: bytes) -> bytes:
        """Return the upstream's body, or the text of what went wrong.

        `forwarded` are the header lines to pass on.
        """
        try:
            return self.exchange(self.request + forwarded + b"\r\n")
        except (OSError, BrokenError) as error:
            self.close()
            return f" upstream failed: {error}".encode()

    def exchange(self, message: bytes) -> bytes:
        """Send a message and take the answer, on the open connection if it is still alive."""
        if self.stream is not None:
            try:
                self.stream.socket.sendall(message)
                self.stream.more()
                return self.answer(self.stream)
            except (OSError, BrokenError):  # closed while it was idle: once more on a new one
                self.close()
        self.stream = Stream(connect(self.address))
        self.stream.socket.sendall(message)
        return self.answer(self.stream)

    def answer(self, stream: Stream) -> bytes:
        """Take an answer; close the connection if the other side will."""
        words, fields = stream.head()
        body = stream.body(fields)
        if words[0] != b"HTTP/1.1" or fields.get(b"connection", b"").lower() == b"close":
            self.close()
        return body

    def close(self) -> None:
        """Give up the connection."""
        if self.stream is not None:
            self.stream.socket.close()
            self.stream = None


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of a URL, 80 if it names no port."""
    host, _, port = url.partition("://")[2].partition("/")[0].partition(":")
    return host, int(port or 80)


def connect(address: tuple[str, int]) -> _socket.socket:
    """Open a connection to a host by name or address. Raises OSError."""
    socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
    try:
        socket.connect(address)
    except OSError:
        socket.close()
        raise
    return socket


class Application:
    """The server's settings, read from an environment."""

    def __init__(self, environment: dict[str, str]) -> None:
        """Read the settings."""
        self.host = environment.get("HOST", "0.0.0.0")  # noqa: S104 - as the sample does
        numbered = {
            int(value)
            for name, value in environment.items()
            if name.startswith("PORT_") and name[5:].isdecimal()
        }
        self.ports = sorted(numbered) or [int(environment.get("PORT", "8000"))]
        address = environment.get("POD_IP", self.host)
        name, version = environment.get("app", ""), environment.get("version", "")
        self.greeting = f"-> {name}(version: {version}, ip: {address})".encode()
        self.urls = environment.get("upstream_url", "").split()
        self.once = environment.get("once", "").encode()
        self.proxy = environment.get("HTTP_PROXY", "")
        passed_on = environment.get("forward_headers", "x-request-id").lower().split(",")
        self.forwards = [name.strip().encode() for name in passed_on if name.strip()]
        self.fail_every = int(environment.get("fail_every", "0"))
        self.slow_every = int(environment.get("slow_every", "0"))
        self.slow_seconds = int(environment.get("slow_ms", "0")) / 1000
        self.seen = 0

    def listen(self, port: int) -> _socket.socket:
        """Open a listening socket. Raises OSError."""
        socket = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
        socket.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
        socket.bind((self.host, port))
        socket.listen(512)
        return socket

    def serve(self, listener: _socket.socket) -> None:
        """Accept connections for ever, a thread for each."""
        while True:
            # `socket.accept` is written around this call, in the module that is not loaded here.
            handle, _ = listener._accept()  # type: ignore[attr-defined]  # noqa: SLF001
            _thread.start_new_thread(self.converse, (_socket.socket(fileno=handle),))

    def converse(self, socket: _socket.socket) -> None:
        """Answer the requests of one connection until either side has had enough."""
        upstreams = [Upstream(url, self.proxy) for url in self.urls]
        try:
            stream = Stream(socket)
            while self.reply(stream, upstreams):
                pass
        except (OSError, BrokenError):
            pass  # the caller left: nobody is there to be told
        finally:
            socket.close()
            for upstream in upstreams:
                upstream.close()

    def reply(self, stream: Stream, upstreams: list[Upstream]) -> bool:
        """Answer one request; say whether the connection stays open."""
        words, fields = stream.head()
        stream.body(fields)
        request_id = fields.get(b"x-request-id", b"")
        os.write(1, b"%b %b x-request-id: %b\n" % (words[0], words[1], request_id))
        body = self.greeting
        passed = fields.get(PASSED, b"").split()
        if self.once not in passed:
            for upstream in upstreams:
                body += upstream.ask(self.forwarded(fields, passed))
        self.seen += 1
        if self.slow_every and self.seen % self.slow_every == 0:
            time.sleep(self.slow_seconds)
        fails = self.fail_every and self.seen % self.fail_every == 0
        status = "500 Internal Server Error" if fails else "200 OK"
        keep = words[-1] == b"HTTP/1.1" and fields.get(b"connection", b"").lower() != b"close"
        head = f"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {len(body)}\r\n"
        if not keep:
            head += "connection: close\r\n"
        stream.socket.sendall(head.encode() + b"\r\n" + (b"" if words[0] == b"HEAD" else body))
        return keep

    def forwarded(self, fields: Fields, passed: list[bytes]) -> bytes:
        """Return the header lines of a request that the next service gets as well."""
        lines = [name + b": " + fields[name] + b"\r\n" for name in self.forwards if name in fields]
        if self.once:
            lines.append(b"%b: %b\r\n" % (PASSED, b" ".join([*passed, self.once])))
        return b"".join(lines)


def main(environment: dict[str, str] | None = None) -> None:
    """Serve until killed, by this process's environment or another.

    Exits with 1 when the address cannot be had.
    """
    application = Application(dict(os.environ) if environment is None else environment)
    listeners = []
    for port in application.ports:
        try:
            listeners.append(application.listen(port))
        except OSError as error:
            sys.exit(f"cannot listen on {application.host}:{port}: {error}")
        sys.stdout.write(f"listening on {application.host}:{port}\n")
    sys.stdout.flush()
    for listener in listeners[1:]:
        _thread.start_new_thread(application.serve, (listener,))
    application.serve(listeners[0])


if __name__ == "__main__":
    main()
