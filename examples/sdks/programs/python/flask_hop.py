"""One hop, as people write it with Flask and requests: it knows nothing of tracing or of lanes.

It answers GET with its name and the context that came in, and with what the next service says.
"""

import os

import requests
from flask import Flask, Response, request

CONTEXT = ("baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag")
app = Flask(__name__)


@app.get("/")
def hop() -> Response:
    """Answer one request."""
    seen = [f"  {name}: {request.headers[name]}" for name in CONTEXT if name in request.headers]
    answer = "\n".join([f"{os.environ['SERVICE']} {os.environ['VERSION']}", *seen]) + "\n"
    if upstream := os.environ.get("NEXT"):
        reply = requests.get(upstream, timeout=60)
        reply.raise_for_status()
        answer += reply.text
    return Response(answer, mimetype="text/plain")


def serve() -> None:
    """Listen where the environment says."""
    app.run(os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000")))


if __name__ == "__main__":
    serve()
