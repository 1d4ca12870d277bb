"""Kills `laneway up` and `laneway down` of a mesh with a network of its own, at random moments.

Comes in: how many times, and a seed. Goes out: what was left after the next command, which should
be nothing: no process, namespace, mount or file of the mesh, no link, route or rule of this
machine's. `./dev figures netns` runs it.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyroute2 import IPRoute

from laneway.adapters.processes import find_marked

STRICT = Path(__file__).parents[2] / "examples" / "strict-lanes"
UP = ("--intercept", "on", str(STRICT))
COMMAND = (sys.executable, "-c", "from laneway.apps.cli import main; main()")
LONGEST = 4.0
"""Seconds after its start at which a command is killed at the latest."""


def main() -> int:
    """Kill commands; return 1 if anything was left."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    draw = random.Random(told.seed)  # noqa: S311 - draws moments, no secrets
    left = 0
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_STATE_HOME": home}
        before = machine(home)
        for turn in range(told.times):
            of_down = turn % 2 == 1
            killed_at = draw.uniform(0.05, 1.5 if of_down else LONGEST)
            if of_down:
                run(environment, "up", "-d", *UP)
            kill(environment, ("down",) if of_down else ("up", *UP), killed_at)
            seen = worlds(home)
            if turn % 4 == 2:  # the next command may also be one that takes its place
                run(environment, "up", "-d", *UP)
            run(environment, "down")
            found = remains(home, seen) + sorted(set(machine(home)) ^ set(before))
            left += bool(found)
            name = "down" if of_down else "up"
            print(f"{name} killed after {killed_at:.2f} s: {found or 'nothing left'}")  # noqa: T201
    print(f"seed {told.seed}: {told.times} kills, something left after {left}")  # noqa: T201
    return 1 if left else 0


def kill(environment: dict[str, str], words: tuple[str, ...], seconds: float) -> None:
    """Start a command and kill it."""
    nothing = subprocess.DEVNULL
    command = (*COMMAND, *words)
    with subprocess.Popen(command, env=environment, stdout=nothing, stderr=nothing) as child:
        time.sleep(seconds)
        child.send_signal(signal.SIGKILL)


def run(environment: dict[str, str], *words: str) -> None:
    """Run a command to its end."""
    subprocess.run(
        (*COMMAND, *words),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
        timeout=120,
    )


def remains(home: str, seen: set[str]) -> list[str]:
    """What there is of meshes: processes, namespaces they had, files."""
    found = [f"process {one.pid} {mark}" for one, mark in find_marked([home]).items()]
    until = time.monotonic() + 5
    while (still := seen & everywhere()) and time.monotonic() < until:
        pass
    files = (path for path in Path(home).rglob("*") if path.is_file())
    found += [str(path) for path in files if path.parent.name != "logs"]
    return found + sorted(still)


def worlds(home: str) -> set[str]:
    """The namespaces that processes of meshes live in and this one does not."""
    return set().union(*(of(one.pid) for one in find_marked([home]))) - of("self")


def everywhere() -> set[str]:
    """The namespaces of all processes."""
    return set().union(*(of(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()))


def of(process: int | str) -> set[str]:
    """The namespaces of a process; none where it has gone."""
    try:
        return {str(Path(f"/proc/{process}/ns/{one}").readlink()) for one in ("net", "mnt", "user")}
    except OSError:
        return set()


def machine(home: str) -> list[str]:
    """The links, routes and rules of this machine, and mounts that meshes may have made."""
    routes = Path("/proc/net/route").read_text() + Path("/proc/net/fib_trie").read_text()
    with IPRoute() as kernel:
        rules = "".join(sorted(str(one["attrs"]) for one in kernel.get_rules()))
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    links = [f"link {name}" for _, name in socket.if_nameindex()]
    return [*links, routes, rules, *(one for one in mounts if home in one)]


if __name__ == "__main__":
    sys.exit(main())
