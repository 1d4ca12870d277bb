"""A server of a protocol of its own that speaks first, as many databases do."""

import os
from socketserver import StreamRequestHandler, ThreadingTCPServer

ME = "-> {NAME}(version: {VERSION}, ip: {POD_IP})".format_map(os.environ)


class Caller(StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(f"{ME}\n".encode())
        if self.rfile.readline() == b"quit\n":
            self.wfile.write(b"bye\n")


class Store(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    Store(("", 6000), Caller).serve_forever()
