"""Agents on a cluster, killed and doubled beside an operator: `./dev figures sync killed`.

A real cluster with intercepted Envoys; an agent brings the sample, an operator keeps its lanes, and
clients ask without a rest. A version comes, takes its share, gives it back and goes, by pushes. At
a write of the agent that is drawn, by seed, it is killed and another begins; or two agents follow
the same repository. Then all objects have to be those of an undisturbed story, and no request may
have failed or met two versions. Ends with 1 where anything was not so.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any, Self

import yaml
from msgspec import Struct, field

from laneway.adapters.netns import probe
from tests.cluster.children import Children
from tests.cluster.control_plane import VERSIONS, ControlPlane, environment, kubeconfig_of
from tests.cluster.lanes import GATEWAY, asked, label
from tests.cluster.operated import injected, kinds, operator, until
from tests.cluster.serving import cluster, described, start_node
from tests.live.loading import under_load
from tests.operator.door import Door, Strike
from tests.sync.story import clean_up, publish, share_out
from tests.wire.laneway_up import COMMAND
from tests.wire.remote import GitRemote

EXAMPLE = Path(__file__).parents[2] / "examples" / "gitops"
PATH = "/mock"
CALM = 4.0
"""Seconds without a change after which nothing follows any more."""
IN_ROOT = ("-n=istio-system", "--timeout=180s")
HOPS = 3
MAP = ("configmap", "laneway-sync-mock", "-n=default")
KINDS = "deployments,services,virtualservices,destinationrules,gateways"
LANES = "asmswimlanes,asmswimlanegroups"

Push = Callable[[GitRemote], None]
STORY: tuple[tuple[str, Push], ...] = (
    ("v3 comes", publish),
    ("v3 has most", lambda remote: share_out(remote, (10, 10, 80))),
    ("v3 gives back", lambda remote: share_out(remote, (50, 50, 0))),
    ("v3 goes", clean_up),
)
State = dict[str, Any]


def main(words: Sequence[str]) -> int:
    """Tell the story undisturbed, then with kills, then with two agents; 1 if anything is wrong."""
    options = _options(words)
    if missing := probe():
        _tell(f"no pod runs here: {missing}")
        return 0
    dice, wrong = Random(options.seed), 0  # noqa: S311 - a drawing that can be done again
    with _cluster() as (plane, gateway), Cast(plane, gateway) as cast:
        wrong += cast.told("undisturbed", lambda _: None)
        for number in range(options.stories):
            wrong += cast.told(f"story {number + 1}, killed", cast.killing(dice))
        if options.paired:
            cast.begin()
            for number in range(options.paired):
                wrong += cast.told(f"two agents, story {number + 1}", lambda _: None)
                wrong += cast.told(f"two agents, killed, {number + 1}", cast.killing(dice))
    _tell(f"killed {cast.kills} times; {cast.requests} requests, {wrong} things wrong")
    return 1 if wrong else 0


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev figures sync killed", description=__doc__)
    parser.add_argument("--stories", type=int, default=5, help="with a kill at each of four pushes")
    parser.add_argument("--paired", type=int, default=1, help="stories with two agents, and killed")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(words)


@contextmanager
def _cluster() -> Iterator[tuple[ControlPlane, int]]:
    """Have a cluster with a node, a gateway and an operator."""
    with ExitStack() as ending:
        work = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="laneway-killed-")))
        plane = ending.enter_context(cluster(work / "k", VERSIONS[:1]))
        known = described(plane.folder)
        assert known is not None
        children = Children(plane.folder / "logs")
        ending.callback(children.kill)
        start_node(plane.folder, children, ())
        ending.enter_context(kinds(plane))
        ending.enter_context(_gateway(plane))
        ending.enter_context(operator(plane, VERSIONS[0]))
        yield plane, known.gateway


@contextmanager
def _gateway(plane: ControlPlane) -> Iterator[None]:
    """Have a gateway's pod, and namespaces in which pods are served by an istiod."""
    revision = VERSIONS[0].replace(".", "-")
    label(plane, {"istio-injection": "enabled", "istio.io/rev": revision})
    gate = GATEWAY.read_text()
    asked(plane, "apply", "-f", "-", told=gate)
    asked(plane, "wait", "--for=condition=Available", "deployment", "--all", *IN_ROOT)
    yield
    asked(plane, "delete", "--ignore-not-found", "-f", "-", told=gate)


class Agent(Struct):
    """An agent, the door by which it asks, and its number."""

    door: Door
    words: tuple[str, ...]
    name: str


class Cast(Struct):
    """A repository, those who bring it to a cluster, and what was met meanwhile."""

    plane: ControlPlane
    gateway: int
    agents: list[Agent] = field(default_factory=list)
    known: dict[str, tuple[State, int]] = field(default_factory=dict)
    """What each push comes to undisturbed, and how many writes that takes."""
    kills: int = 0
    requests: int = 0
    _ending: ExitStack = field(default_factory=ExitStack)
    _folder: Path = Path()
    _remote: GitRemote | None = None
    _children: Children | None = None

    def __enter__(self) -> Self:
        """Push the sample and have one agent bring it."""
        self._folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory()))
        self._children = Children(self.plane.folder / "logs")
        self._ending.callback(self._children.kill)
        self._remote = GitRemote(self._folder, _with_proxies(self._folder / "example"))
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        """End the agents, and take away what they brought."""
        self._ending.close()
        asked(self.plane, "delete", LANES, "--all")
        asked(self.plane, "delete", "deployments,services", "-n=default", "--all")
        gone = ("wait", "--for=delete", "pod", "--all", "-n=default", "--timeout=180s")
        asked(self.plane, *gone)

    @property
    def remote(self) -> GitRemote:
        assert self._remote is not None
        return self._remote

    @property
    def children(self) -> Children:
        assert self._children is not None
        return self._children

    def begin(self) -> None:
        """Have one agent more; returns when the newest commit is applied."""
        door = self._ending.enter_context(Door(self.plane.api))
        told = kubeconfig_of(self.plane.api)
        told["clusters"][0]["cluster"] = {"server": door.url}
        name = f"agent-{len(self.agents)}"
        file = self._folder / name
        file.write_text(yaml.safe_dump(told))
        namespaces = ("--namespace", "default", "--namespace", "istio-system", "--drain", "1")
        words = ("sync", "--app", str(self.remote.app), "--kubeconfig", str(file), *namespaces)
        self.agents.append(Agent(door, (*words, "--poll", "0.5"), name))
        self.start(self.agents[-1])
        self._until_applied(self.remote.newest())

    def start(self, agent: Agent) -> None:
        """Start an agent's process."""
        self.children.start(agent.name, (*COMMAND, *agent.words), environment(self._folder))

    def killing(self, dice: Random) -> Callable[[str], None]:
        """Return what has whoever writes killed at a write of a push, drawn by its name."""

        def strike(name: str) -> None:
            number = dice.randint(1, self.known[name][1])
            struck = Strike(number, self._kill, is_after=dice.random() < 0.5)
            for one in self.agents:
                one.door.strike = struck

        return strike

    def _kill(self, door: Door) -> None:
        agent = next(one for one in self.agents if one.door is door)
        process = self.children.running.pop(agent.name)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.kills += 1
        self.start(agent)

    def told(self, name: str, disturb: Callable[[str], None]) -> int:
        """Tell the story under load; return how many things were wrong."""
        wrong: list[str] = []
        with under_load(self.gateway, PATH, 2) as load:
            for what, push in STORY:
                before = sum(one.door.writes for one in self.agents)
                disturb(what)
                push(self.remote)
                self._until_applied(self.remote.push(what))
                if what not in self.known:
                    writes = sum(one.door.writes for one in self.agents) - before
                    self.known[what] = _settled(self.plane), writes
                for agent in self.agents:
                    agent.door.strike = None
                wrong += self._not_as_known(what)
        failed = [came for _, came, _ in load.met if not _is_whole(came)]
        self.requests += len(load.met)
        _tell(f"{name}: {len(load.met)} requests, {len(failed)} failed; {len(wrong)} differ")
        for words in (*failed[:5], *wrong[:5]):
            _tell(f"  {words}")
        return len(failed) + len(wrong)

    def _not_as_known(self, what: str) -> list[str]:
        """Wait until all is as undisturbed; what is still not so is named."""
        found: list[str] = []

        def is_same() -> bool:
            mine, theirs = _state(self.plane), self.known[what][0]
            found[:] = [
                f"{what}: {one}: {mine.get(one)} instead of {theirs.get(one)}"
                for one in sorted(mine.keys() | theirs.keys())
                if mine.get(one) != theirs.get(one)
            ]
            return not found

        try:
            until(is_same, what)
        except AssertionError:
            return found
        return []

    def _until_applied(self, commit: str) -> None:
        def is_applied() -> bool:
            found = asked(self.plane, "get", *MAP, "-o=json", "--ignore-not-found")
            data = json.loads(found)["data"] if found else {}
            ended = self.children.ended()
            assert not ended, {name: self.children.last_words(name) for name in ended}
            return commit in data.values()

        until(is_applied, f"{commit} is not applied")


def _with_proxies(folder: Path) -> Path:
    """Return the sample, whose pods say that they have a proxy, as injection would have them."""
    shutil.copytree(EXAMPLE, folder)
    for file in folder.glob("mock-*.yaml"):
        objects = [injected(one) for one in yaml.safe_load_all(file.read_text()) if one]
        file.write_text(yaml.safe_dump_all(objects))
    return folder


def _state(plane: ControlPlane) -> State:
    """Return what is said of all objects but those of the gateway's pods, by kind and name."""
    state = {}
    for words in ((KINDS, "-n=default"), (KINDS, "-n=istio-system"), (LANES,)):
        for one in json.loads(asked(plane, "get", *words, "-o=json"))["items"]:
            head = one["metadata"]
            state[f"{one['kind']} {head.get('namespace', '')}/{head['name']}"] = one.get("spec")
    kept = json.loads(asked(plane, "get", *MAP, "-o=json"))["data"]["objects"]
    return {**state, "applied": kept}


def _settled(plane: ControlPlane) -> State:
    """Return the state that stays: operator and controllers follow what was applied."""
    found, since = _state(plane), time.monotonic()
    while time.monotonic() - since < CALM:
        time.sleep(0.2)
        if (now := _state(plane)) != found:
            found, since = now, time.monotonic()
    return found


def _is_whole(came: str) -> bool:
    versions = came.split()
    return len(versions) == HOPS and len(set(versions)) == 1 and came.startswith("v")


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
