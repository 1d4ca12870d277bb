"""A program in a mood: well, failing, hanging or deaf, whatever a file says at the moment.

`python moody.py FOLDER` serves on HOST and PORT and follows FOLDER/HOST. Well it answers 200 with
its version, failing 503; hanging it accepts connections and answers nobody; deaf it accepts none,
and closes those it has behind their next answer. Of the mood `gone` the program ends, whenever it
is started.
"""

import os
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

LOOK = 0.01
"""Seconds after which it looks again what its mood is."""


class Moody:
    """One program."""

    def __init__(self, folder: Path) -> None:
        self.place = (os.environ["HOST"], int(os.environ["PORT"]))
        self.file = folder / os.environ["HOST"]
        self.body = os.environ.get("version", "").encode()  # noqa: SIM112 - as the mock
        self.listens = False

    def mood(self) -> str:
        """Return the mood; a file that is not there means well."""
        try:
            return self.file.read_text()
        except FileNotFoundError:
            return "well"

    def run(self) -> None:
        """Follow the moods until killed."""
        while True:
            if self.mood() == "gone":
                os._exit(7)
            if self.mood() == "deaf":
                time.sleep(LOOK)
                continue
            self._listen()

    def _listen(self) -> None:
        with socket.create_server(self.place, backlog=128) as listener:
            self.listens = True
            listener.settimeout(LOOK)
            while self.mood() not in ("deaf", "gone"):
                try:
                    client, _ = listener.accept()
                except TimeoutError:
                    continue
                self._take(client)
            listener.settimeout(0)
            with suppress(BlockingIOError):
                while True:  # whoever is at the door already is let in before it closes
                    self._take(listener.accept()[0])
        self.listens = False

    def _take(self, client: socket.socket) -> None:
        client.settimeout(None)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, client.makefile("rb") as lines:
            while line := lines.readline():
                if not line.strip() and self._answer(client):
                    return

    def _answer(self, client: socket.socket) -> bool:
        """Answer a request; say whether the connection ends behind it."""
        while self.mood() == "hanging":
            time.sleep(LOOK)
        status = "503 Failing" if self.mood() == "failing" else "200 OK"
        ends = not self.listens
        head = f"HTTP/1.1 {status}\r\ncontent-length: {len(self.body)}\r\n"
        head += "connection: close\r\n" if ends else ""
        client.sendall(head.encode() + b"\r\n" + self.body)
        return ends


if __name__ == "__main__":
    Moody(Path(sys.argv[1])).run()
