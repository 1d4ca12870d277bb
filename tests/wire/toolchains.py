"""Makes the programs of `tests/programs/` ready to run, with the languages this machine has.

Comes in: a folder for all that is run, and a Python. Goes out: the command for each image. Go's is
built once into the user's cache, as engines are; Java's in a second. Node and Java are the
machine's: a test that needs one that is absent is skipped, as it is where Go cannot be had.
"""

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines import EngineAbsentError, engine
from tests.wire.languages import GROUP

PROGRAMS = Path(__file__).parents[1] / "programs"
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-Xshare:auto")
"""What makes a Java program start soon and stay small."""


def image_commands(folder: Path, python: Path) -> Iterator[str]:
    """Yield the flags that name a command for each image; all of it lies in the folder."""
    programs = Path(shutil.copytree(PROGRAMS, folder / "programs"))
    node, java, go = the_machines("node"), java_program(folder), go_program(folder)
    commands: dict[str, tuple[str | Path, ...]] = {
        "node-fetch": (node, programs / "hop.mjs", "fetch"),
        "node-http": (node, programs / "hop.mjs", "http"),
        "java": java,
        "grpc": (python, programs / "hop_grpc.py"),
        "websocket": (python, programs / "hop_websocket.py"),
        "store": (python, programs / "store.py"),
    }
    for protocol in ("http", "grpc", "websocket"):
        commands[f"go-{protocol}"] = (go, protocol)
    for client in ("requests", "httpx", "socket"):
        commands[client] = (python, programs / "hop_http.py", client)
    for image, words in commands.items():
        yield from ("--run", f"{GROUP}/{image}={shlex.join(map(str, words))}")


def java_program(folder: Path) -> tuple[str | Path, ...]:
    """Compile the Java program into a folder and return the words that run it."""
    java, compiler, classes = the_machines("java"), the_machines("javac"), folder / "classes"
    subprocess.run([compiler, "-d", classes, PROGRAMS / "Hop.java"], check=True)
    return (java, *QUICK, "-cp", classes, "Hop")


def go_program(folder: Path) -> Path:
    """Copy the Go program into a folder; it is built when it is first asked for."""
    try:
        built = engine("hop")
    except EngineAbsentError as absent:
        pytest.skip(str(absent))
    return Path(shutil.copy(built, folder / "hop"))


def the_machines(name: str) -> str:
    """Return the path of a program of this machine; skips the test where it has none."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"there is no {name} on this machine")
    return found
