"""A hop of a chain of gRPC, unary and in streams, as people write them in Python.

Messages are text, so that nobody has to generate code. It knows no proxy. README.md says what its
variables mean.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc

FORWARD = os.environ["FORWARD"]
ME = "-> {NAME}(version: {VERSION}, ip: {POD_IP})".format_map(os.environ)
TEXT = {"request_serializer": str.encode, "response_deserializer": bytes.decode}


class Hop:
    """Answers with who it is, and with what the next one answers."""

    def __init__(self, target: str) -> None:
        channel = grpc.insecure_channel(target) if target else None
        self._ask = channel.unary_unary("/chain.Chain/Ask", **TEXT) if channel else None
        self._talk = channel.stream_stream("/chain.Chain/Talk", **TEXT) if channel else None

    def ask(self, question: str, context: grpc.ServicerContext) -> str:
        if self._ask is None:
            return ME
        more: str = self._ask(question, metadata=_carried(context), timeout=10)
        return ME + more

    def talk(self, questions: Iterator[str], context: grpc.ServicerContext) -> Iterator[str]:
        if self._talk is None:
            yield from (ME for _ in questions)
        else:
            for more in self._talk(questions, metadata=_carried(context), timeout=10):
                yield ME + more


def _carried(context: grpc.ServicerContext) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in context.invocation_metadata() if key == FORWARD]


def main() -> None:
    hop = Hop(os.environ.get("NEXT", ""))
    as_text = {"request_deserializer": bytes.decode, "response_serializer": str.encode}
    handlers = {
        "Ask": grpc.unary_unary_rpc_method_handler(hop.ask, **as_text),
        "Talk": grpc.stream_stream_rpc_method_handler(hop.talk, **as_text),
    }
    server = grpc.server(ThreadPoolExecutor(16))
    server.add_registered_method_handlers("chain.Chain", handlers)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("chain.Chain", handlers)])
    server.add_insecure_port("[::]:9000")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
