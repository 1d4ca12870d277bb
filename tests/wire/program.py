"""A program that is no mock: tells its environment and its arguments, or what another one told.

`GET /` answers with both as JSON; `GET /ask?URL` fetches URL as a program does that knows nothing
of meshes, which means through the proxy its environment names.
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote
from urllib.request import urlopen


class Told(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        asked, _, url = self.path.partition("?")
        if asked == "/ask":
            with urlopen(unquote(url), timeout=10) as response:  # noqa: S310 - a test's own URL
                body: bytes = response.read()
        else:
            told = {"environment": dict(os.environ), "arguments": sys.argv[1:]}
            body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Told).serve_forever()
