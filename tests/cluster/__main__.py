"""`./dev cluster`: a real cluster on this machine, to look at by hand.

`up [--istio VERSION]…` starts it and returns when it is ready, `down` ends it, `status` says what
runs, `kubectl …` asks its API server. Its files lie in the user's state folder for as long as it
runs; there is one at a time.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from laneway.adapters.netns import probe
from tests.cluster.control_plane import VERSIONS, kubectl, needed
from tests.cluster.serving import NODE, begin, described, holder, ready_after
from tests.engines import EngineAbsentError, engine, istio_crds

STATE = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
FOLDER = STATE / "laneway-cluster"
LOG = STATE / "laneway-cluster.log"


def main(words: list[str]) -> int:
    """Do what the words say; 1 where there is no cluster to ask, 3 where none can be had."""
    if words[:1] == ["kubectl"]:
        return _ask(words[1:])
    parser = argparse.ArgumentParser(prog="./dev cluster", description="A real cluster, by hand.")
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    up = commands.add_parser("up", help="start it")
    up.add_argument("--istio", action="append", choices=VERSIONS, metavar="|".join(VERSIONS))
    up.add_argument("--run", action="append", default=[], metavar="IMAGE=COMMAND")
    commands.add_parser("down", help="end it")
    commands.add_parser("status", help="say what runs")
    commands.add_parser("kubectl", help="ask its API server; all further words are kubectl's")
    asked = parser.parse_args(words)
    if asked.command == "up":
        return _up(tuple(dict.fromkeys(asked.istio or ())), tuple(asked.run))
    return _down() if asked.command == "down" else _status()


def _up(asked: tuple[str, ...], commands: tuple[str, ...]) -> int:
    if holder(FOLDER):
        return _another(asked, commands)
    versions = asked or VERSIONS[:1]
    try:
        istio_crds()
        for name in needed(versions):
            engine(name)
    except EngineAbsentError as absent:
        sys.stderr.write(f"cluster: {absent}\n")
        return 3
    STATE.mkdir(parents=True, exist_ok=True)
    node = _node()
    begun = begin(FOLDER, (*versions, *commands, *node), LOG, attached=False)
    try:
        is_ready = ready_after(begun, FOLDER) is not None
    except KeyboardInterrupt:
        _down()
        return 130
    if not is_ready:
        sys.stderr.write(LOG.read_text())
        return 3
    if node:
        _ask(["apply", "-f", str(Path(__file__).with_name("gateway.yaml"))])
    return _status()


def _another(asked: tuple[str, ...], commands: tuple[str, ...]) -> int:
    """Say that a cluster runs; it is another than the one asked for if a version is missing."""
    found = described(FOLDER)
    sys.stdout.write("a cluster runs already\n")
    if found is not None and (commands or not found.istiods.keys() >= set(asked)):
        sys.stderr.write("cluster: it was started with other words; `./dev cluster down` ends it\n")
        _status()
        return 3
    return _status()


def _node() -> tuple[str, ...]:
    """Return the word for a node, unless this machine has no networks for pods."""
    missing = probe()
    if missing:
        sys.stderr.write(f"cluster: no pod runs here: {missing}\n")
    return () if missing else (NODE,)


def _down() -> int:
    if process := holder(FOLDER):
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(process)
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            select.select([handle], [], [])
        sys.stdout.write("the cluster is down\n")
    else:
        sys.stdout.write("no cluster runs\n")
    return 0


def _status() -> int:
    found = described(FOLDER)
    if found is None:
        sys.stdout.write("a cluster starts\n" if holder(FOLDER) else "no cluster runs\n")
        return 1
    sys.stdout.write(f"ready after {found.seconds:.1f} s, KUBECONFIG={FOLDER / 'kubeconfig'}\n")
    for version, istiod in found.istiods.items():
        sys.stdout.write(
            f"istiod {version}: proxies ask 127.0.0.1:{istiod.grpc}, "
            f"debug pages at http://127.0.0.1:{istiod.http}/debug\n"
        )
    if found.has_node:
        sys.stdout.write(f"the gateway: http://127.0.0.1:{found.gateway}\n")
    return 0


def _ask(words: list[str]) -> int:
    found = described(FOLDER)
    if found is None:
        return _status()
    return subprocess.run((*kubectl(found.plane(FOLDER)), *words), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
