"""A shop of two services, as one small program of Python's standard library.

It knows nothing of lanes or of a mesh: it listens where PORT says, and asks the service behind it
by its plain name, through whatever proxy the environment names.
"""

import json
import os
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Shop(BaseHTTPRequestHandler):
    """Answers every GET with its own name and version, and what the service behind it says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request."""
        answer = {"service": os.environ["app"], "version": os.environ["version"]}
        upstream = os.environ.get("upstream_url")
        if upstream:
            with urllib.request.urlopen(upstream, timeout=5) as reply:
                answer["behind"] = json.load(reply)
        body = json.dumps(answer).encode() + b"\n"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write one line for each request to standard output."""
        print(os.environ["app"], os.environ["version"], format % args, flush=True)


if __name__ == "__main__":
    place = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(place, Shop).serve_forever()
