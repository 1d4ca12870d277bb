"""Puts a program that speaks gRPC between two that speak HTTP; it has no tracing itself.

Comes in: the words that run the program, and GET. Each GET becomes a call of the program with the
header lines as metadata, in order, and what the program then calls with becomes a GET of NEXT.
"""

import http.client
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import grpc

HOST = "127.0.0.1"
OF_THE_CONNECTION = frozenset({"host", "connection", "user-agent", "accept-encoding"})
BOUND = ("setpriv", "--pdeathsig", "KILL", "--")


def ask_behind(message: bytes, context: grpc.ServicerContext) -> bytes:
    """Pass the metadata of a call on as header lines."""
    behind = http.client.HTTPConnection(urlsplit(os.environ["NEXT"]).netloc, timeout=60)
    behind.putrequest("GET", "/", skip_accept_encoding=True)
    for name, value in context.invocation_metadata():
        if name not in OF_THE_CONNECTION:
            behind.putheader(name, value)
    behind.endheaders()
    behind.getresponse().read()
    return message


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])


def main() -> None:
    """Listen for what the program calls, run it, and once it answers, listen in front of it."""
    methods = {"Call": grpc.unary_unary_rpc_method_handler(ask_behind)}
    back = grpc.server(ThreadPoolExecutor(4))
    back.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("hop.Hop", methods),))
    port, behind = free_port(), back.add_insecure_port(f"{HOST}:0")
    back.start()
    told = {"HOST": HOST, "PORT": str(port), "NEXT": f"{HOST}:{behind}"}
    subprocess.Popen((*BOUND, *sys.argv[1:]), env={**os.environ, **told})
    channel = grpc.insecure_channel(f"{HOST}:{port}")
    grpc.channel_ready_future(channel).result(timeout=300)
    call = channel.unary_unary("/hop.Hop/Call")

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            lines = [(name.lower(), value) for name, value in self.headers.items()]
            call(b"", metadata=[one for one in lines if one[0] not in OF_THE_CONNECTION])
            self.send_response(200)
            self.end_headers()

    place = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(place, Front).serve_forever()


if __name__ == "__main__":
    main()
