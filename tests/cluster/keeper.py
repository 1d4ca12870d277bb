"""A program for a pod: ready as soon as a file is there, and it leaves a note when it has to end.

Comes in: LISTEN, the address to listen at; FOLDER, in which `ready` is looked for, and where it
copies the token it finds at TOKEN to `token` and notes its end as `ended`.
"""

import os
import shutil
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

FOLDER = Path(os.environ["FOLDER"])


class Keeper(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if (FOLDER / "ready").exists() else 503)
        self.end_headers()


def end(*_: object) -> None:
    (FOLDER / "ended").touch()
    sys.exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    if token := os.environ.get("TOKEN"):
        shutil.copyfile(token, FOLDER / "token")
    HTTPServer((os.environ["LISTEN"], 8000), Keeper).serve_forever()
