#!/bin/sh
# uvicorn 0.54.0: `await server.serve()` does not return after a SIGTERM. Once uvicorn has shut down in
# order it raises the signal again, under the handler of before, which is the system's: the process ends
# there, and no `finally` around serve() runs, nor atexit. By SIGINT the task is cancelled instead, so
# that cleaning up ends at its first `await`. The page about running it from a program, with just this
# call, says nothing of it. A way round: a handler of one's own that is there before, be it an empty one.
# https://uvicorn.dev/#running-programmatically
#
# Seen with uvicorn 0.54.0, Python 3.11:
#   should_exit: lifespan ends, finally begins, finally ends, atexit, exit code 0
#   SIGTERM: lifespan ends, exit code 143
#   SIGINT: lifespan ends, finally begins, atexit, exit code 130
#   SIGTERM, handled before: lifespan ends, finally begins, finally ends, atexit, exit code 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" uvicorn==0.54.0
cat >"$folder/program.py" <<'PY'
import asyncio
import atexit
import os
import signal
import sys

import uvicorn


async def app(scope, receive, send):
    assert scope["type"] == "lifespan"
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    print("lifespan ends", flush=True)
    await send({"type": "lifespan.shutdown.complete"})


async def end(server, how):
    while not server.started:
        await asyncio.sleep(0.01)
    if how == "should_exit":
        server.should_exit = True
    else:
        os.kill(os.getpid(), getattr(signal, how.partition(",")[0]))


async def main(how):
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    if how == "SIGTERM, handled before":
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: None)
    ending = asyncio.create_task(end(server, how))
    try:
        await server.serve()
    finally:
        print("finally begins", flush=True)
        await ending
        await asyncio.sleep(0)
        print("finally ends", flush=True)


atexit.register(print, "atexit", flush=True)
asyncio.run(main(sys.argv[1]))
PY

for how in should_exit SIGTERM SIGINT "SIGTERM, handled before"; do
    code=0
    PYTHONPATH="$folder/packages" python3 "$folder/program.py" "$how" \
        >"$folder/said" 2>"$folder/errors" || code=$?
    echo "$how: $(sed 's/$/,/' "$folder/said" | tr '\n' ' ')exit code $code"
done | tee "$folder/seen"
cat >"$folder/wanted" <<'END'
should_exit: lifespan ends, finally begins, finally ends, atexit, exit code 0
SIGTERM: lifespan ends, exit code 143
SIGINT: lifespan ends, finally begins, atexit, exit code 130
SIGTERM, handled before: lifespan ends, finally begins, finally ends, atexit, exit code 0
END
cmp -s "$folder/wanted" "$folder/seen"
