#!/bin/sh
# grpclib 0.4.9: a server that is about to end, or that keeps no connection for longer than so many
# minutes, says so by GOAWAY and goes on answering what it has begun; HTTP/2 has that frame for just
# this. grpclib's client closes the connection at it, and h2 below it takes no frame that comes behind:
# calls under way end with StreamTerminatedError ("Connection lost", as if somebody had cut it), though
# the server was about to answer them. Those of grpcio get their answer. So each server that is replaced
# in order costs errors.
# https://www.rfc-editor.org/rfc/rfc9113#section-6.8
#
# Seen with grpclib 0.4.9, h2 4.4.1, grpcio 1.85.3 (the server, and the other client), Python 3.11:
#   grpcio: answered
#   grpclib: StreamTerminatedError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" grpclib==0.4.9 h2==4.4.1 grpcio==1.85.3
cat >"$folder/program.py" <<'PY'
import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpclib.client import Channel
from grpclib.const import Cardinality
from grpclib.encoding.base import CodecBase
from grpclib.exceptions import StreamTerminatedError


class Bytes(CodecBase):
    __content_subtype__ = "proto"

    def encode(self, message, message_type):
        return message

    def decode(self, data, message_type):
        return data


def by_grpcio(port):
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return channel.unary_unary("/shop.Shop/Buy")(b"").decode()


async def by_grpclib(port):
    async with Channel("127.0.0.1", port, codec=Bytes()) as channel:
        try:
            async with channel.request(
                "/shop.Shop/Buy", Cardinality.UNARY_UNARY, bytes, bytes
            ) as stream:
                await stream.send_message(b"", end=True)
                return (await stream.recv_message()).decode()
        except StreamTerminatedError as error:
            return type(error).__name__


def called(call):
    """Call a server that takes its leave once it has begun to answer, and answers a second later."""
    begun, answering = threading.Event(), threading.Event()

    def buy(request, context):
        begun.set()
        answering.wait()
        return b"answered"

    def leave():
        begun.wait()
        ended = server.stop(grace=60)
        time.sleep(1)
        answering.set()
        ended.wait()

    server = grpc.server(ThreadPoolExecutor())
    methods = {"Buy": grpc.unary_unary_rpc_method_handler(buy)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("shop.Shop", methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    leaving = threading.Thread(target=leave)
    leaving.start()
    answer = call(port)
    leaving.join()
    return answer


print("grpcio:", called(by_grpcio))
print("grpclib:", called(lambda port: asyncio.run(by_grpclib(port))))
PY
PYTHONPATH="$folder/packages" python3 "$folder/program.py" | tee "$folder/seen"
cat >"$folder/wanted" <<'END'
grpcio: answered
grpclib: StreamTerminatedError
END
cmp -s "$folder/wanted" "$folder/seen"
