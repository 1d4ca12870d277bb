"""One hop, as people write it with FastAPI and httpx: it knows nothing of tracing or of lanes.

It answers GET with its name and the context that came in, and with what the next service says.
"""

import os

import httpx
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

CONTEXT = ("baggage", "traceparent", "b3", "sw8", "sw8-correlation", "x-asm-prefer-tag")
app = FastAPI()
client = httpx.AsyncClient(timeout=60)


@app.get("/")
async def hop(request: Request) -> PlainTextResponse:
    """Answer one request."""
    seen = [f"  {name}: {request.headers[name]}" for name in CONTEXT if name in request.headers]
    answer = "\n".join([f"{os.environ['SERVICE']} {os.environ['VERSION']}", *seen]) + "\n"
    if upstream := os.environ.get("NEXT"):
        reply = await client.get(upstream)
        answer += reply.raise_for_status().text
    return PlainTextResponse(answer)


if __name__ == "__main__":
    host, port = os.environ.get("HOST", "0.0.0.0"), int(os.environ.get("PORT", "8000"))
    uvicorn.run(app, host=host, port=port, log_level="warning")
