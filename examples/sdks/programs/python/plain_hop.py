"""The last hop, of Python's standard library alone: it shows each header line as it came."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CONTEXT = ("baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag")


class Hop(BaseHTTPRequestHandler):
    """Answers GET with its name and the context that came in."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request."""
        lines = [f"{os.environ['SERVICE']} {os.environ['VERSION']}"]
        for name in CONTEXT:
            lines += [f"  {name}: {value}" for value in self.headers.get_all(name, [])]
        body = "\n".join([*lines, ""]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the log for what goes wrong."""


if __name__ == "__main__":
    place = (os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000")))
    ThreadingHTTPServer(place, Hop).serve_forever()
