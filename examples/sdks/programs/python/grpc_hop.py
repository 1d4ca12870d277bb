"""One hop over gRPC, as people write it: it knows nothing of tracing or of lanes.

It answers a call by calling the next service.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import grpc

next_service = grpc.insecure_channel(os.environ["NEXT"])
ask_next = next_service.unary_unary("/hop.Hop/Call")


def call(message: bytes, _: grpc.ServicerContext) -> bytes:
    """Answer one call."""
    answer: bytes = ask_next(message, timeout=60)
    return answer


def serve() -> None:
    """Listen where the environment says."""
    methods = {"Call": grpc.unary_unary_rpc_method_handler(call)}
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("hop.Hop", methods),))
    server.add_insecure_port(f"{os.environ['HOST']}:{os.environ['PORT']}")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve()
