"""The last hop of a chain of WebSockets: answers every message with who it is."""

import os

from websockets.sync.server import ServerConnection, serve

ME = "-> {NAME}(version: {VERSION}, ip: {POD_IP})".format_map(os.environ)


def answer(caller: ServerConnection) -> None:
    for _ in caller:
        caller.send(ME)


if __name__ == "__main__":
    with serve(answer, "0.0.0.0", 8080, compression=None) as server:
        server.serve_forever()
