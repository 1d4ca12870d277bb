"""Many requests of a few clients side by side, and which hops answered them.

Comes in: a client: what sends so many requests, one after the other, and yields their answers.
Goes out: how often each outcome was met: the hops that answered, by name and version, or what went
wrong. Clients here speak HTTP and gRPC to a gateway on this machine.
"""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import grpc

from tests.wire.laneway_up import VERSION

THREADS = 4
"""How many clients of a kind ask side by side."""
MESSAGES = 2
"""How many messages each stream of gRPC sends, and is to get an answer to."""
Client = Callable[[int], Iterator[str]]
TEXT = {"request_serializer": str.encode, "response_deserializer": bytes.decode}


def hops_of(answer: str) -> str:
    """Return the hops of an answer, such as `web s1 > cart s1`; what is no answer as it is."""
    return " > ".join(f"{name} {version}" for name, version, _ in VERSION.findall(answer)) or answer


def asked_often(clients: Sequence[Client], times: int) -> list[Counter[str]]:
    """Send so many requests by each kind of client, all side by side; count outcomes by kind."""

    def outcomes(client: Client) -> Counter[str]:
        found: Counter[str] = Counter()
        try:
            for answer in client(times // THREADS):
                found[hops_of(answer)] += 1
        except (OSError, http.client.HTTPException, grpc.RpcError) as problem:
            found[repr(problem)] += 1
        return found

    with ThreadPoolExecutor(THREADS * len(clients)) as pool:
        threads = list(pool.map(outcomes, [*clients] * THREADS))
    return [sum(threads[at :: len(clients)], Counter()) for at in range(len(clients))]


def http_client(port: int, path: str, headers: Mapping[str, str]) -> Client:
    """Return a client that keeps its connection."""

    def ask(times: int) -> Iterator[str]:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            for _ in range(times):
                connection.request("GET", path, headers=dict(headers))
                response = connection.getresponse()
                body = response.read().decode()
                yield body if response.status == 200 else f"{response.status} {body}"

    return ask


def grpc_client(port: int, headers: Mapping[str, str], *, streams: bool) -> Client:
    """Return a client of the chain of gRPC: each request a call, or a stream of messages."""

    def ask(times: int) -> Iterator[str]:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            unary = channel.unary_unary("/chain.Chain/Ask", **TEXT)
            stream = channel.stream_stream("/chain.Chain/Talk", **TEXT)
            for _ in range(times):
                if streams:
                    questions = iter(["hello"] * MESSAGES)
                    yield "".join(stream(questions, metadata=tuple(headers.items()), timeout=30))
                else:
                    yield unary("hello", metadata=tuple(headers.items()), timeout=30)

    return ask
