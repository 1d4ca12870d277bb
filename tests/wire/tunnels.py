"""Clients that speak HTTP inside a tunnel of their proxy, as gRPC and Node's fetch do.

Comes in: a pod, the authority it opens a tunnel to, and a request. Goes out: what the program at
the end answered. HTTP/2 is spoken in the clear and from its preface on, in the fewest frames there
are. https://www.rfc-editor.org/rfc/rfc9113
"""

import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, BinaryIO

from tests.wire.local_mesh import LocalMesh

DATA, HEADERS, SETTINGS = 0, 1, 4
ENDED, WHOLE, ACKNOWLEDGED = 0x1, 0x4, 0x1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


@contextmanager
def tunnel(mesh: LocalMesh, pod: str, authority: str) -> Iterator[socket.socket]:
    """Open a tunnel out of a pod."""
    replica = mesh.replica(pod)
    with closing(socket.create_connection((replica.address, replica.outbound), 10)) as client:
        client.sendall(f"CONNECT {authority} HTTP/1.1\r\nhost: {authority}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        assert head.startswith(b"HTTP/1.1 200 "), head
        yield client


def asked(client: socket.socket, authority: str, headers: Mapping[str, str]) -> list[str]:
    """Ask by HTTP/1.1 in an open tunnel; return the pods that answered."""
    lines = [f"{name}: {value}\r\n" for name, value in {"host": authority, **headers}.items()]
    client.sendall(f"GET /mock HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
    response = http.client.HTTPResponse(client)
    response.begin()
    return _pods(response.read())


def asked_by_http2(client: socket.socket, authority: str, headers: Mapping[str, str]) -> list[str]:
    """Ask by HTTP/2 in a tunnel just opened; return the pods that answered."""
    block = b"\x82\x86" + _literal(4, "/mock") + _literal(1, authority)  # GET, http
    for name, value in headers.items():
        block += _literal(0, name, value)
    client.sendall(PREFACE + _frame(SETTINGS, 0, 0) + _frame(HEADERS, ENDED | WHOLE, 1, block))
    with client.makefile("rb") as stream:
        return _pods(b"".join(_body(client, stream)))


def _body(client: socket.socket, stream: BinaryIO) -> Iterator[bytes]:
    while head := stream.read(9):
        kind, flags, number = head[3], head[4], int.from_bytes(head[5:])
        payload = stream.read(int.from_bytes(head[:3]))
        if kind == SETTINGS and not flags & ACKNOWLEDGED:
            client.sendall(_frame(SETTINGS, ACKNOWLEDGED, 0))
        if kind == DATA and number == 1:
            yield payload
        if kind in (DATA, HEADERS) and flags & ENDED:
            return


def _frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def _literal(index: int, *texts: str) -> bytes:
    """Spell a header that nobody keeps: its name by number or text, then its value."""
    return bytes([index]) + b"".join(bytes([len(text)]) + text.encode() for text in texts)


def _pods(body: bytes) -> list[str]:
    told: dict[str, Any] = json.loads(body)
    return [str(pod) for pod in told["pods"]]
