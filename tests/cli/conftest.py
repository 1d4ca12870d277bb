"""The command line in this process: arguments in, exit code and both streams out."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable, Generator, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from msgspec import Struct

from laneway.apps.cli.entry import run
from laneway.apps.cli.kubectl import run as run_kubectl
from tests.cli.model_server import ModelServer, Object, listening

EXAMPLES = Path(__file__).parents[2] / "examples"


POD = """
apiVersion: v1
kind: Pod
metadata:
  name: {app}-{version}-x
  labels: {{app: {app}, version: {version}, ASM_TRAFFIC_TAG: {version}}}
spec: {{containers: [{{name: app, image: mock}}, {{name: istio-proxy, image: proxyv2}}]}}
status: {{podIP: 10.0.0.1, conditions: [{{type: Ready, status: "True"}}]}}
"""


class Ended(Struct, frozen=True):
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def laneway(capsys: pytest.CaptureFixture[str]) -> Generator[Command]:
    """Run the command line; commands switch the garbage collector off for their process."""
    yield from _commands(run, capsys)


def _commands(
    door: Callable[[Sequence[str]], int], capsys: pytest.CaptureFixture[str]
) -> Generator[Command]:
    def command(*arguments: str | Path) -> Ended:
        code = door([str(one) for one in arguments])
        streams = capsys.readouterr()
        return Ended(code, streams.out, streams.err)

    yield command
    gc.enable()


@cache
def strict_lanes() -> list[Object]:
    """Return strict lanes, and pods in each, as a server has them."""
    server = ModelServer()
    for name in ("lanes", "services", "gateway"):
        server.put((EXAMPLES / "strict-lanes" / f"{name}.yaml").read_text())
    for version in ("v1", "v2", "v3"):
        for app in ("mocka", "mockb", "mockc"):
            server.put(POD.format(app=app, version=version))
    return server.objects


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[ModelServer]:
    """Give the cluster of the current context: strict lanes, and pods in each."""
    server = ModelServer()
    server.objects = deepcopy(strict_lanes())
    file = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(file))
    with listening(server, file):
        yield server


@pytest.fixture
def kubectl(capsys: pytest.CaptureFixture[str]) -> Generator[Command]:
    """Run `kubectl laneway` in this process."""
    yield from _commands(run_kubectl, capsys)


@pytest.fixture
def lanes(tmp_path: Path) -> Path:
    """A folder with the strict lanes of the examples, to be spoiled."""
    for source in (EXAMPLES / "strict-lanes").glob("*.yaml"):
        (tmp_path / source.name).write_text(source.read_text())
    return tmp_path


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give the command a text on standard input."""

    def type_in(text: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    return type_in


def edit(folder: Path, old: str, new: str, name: str = "lanes.yaml") -> None:
    """Replace a text in a file of a folder; it must be there."""
    file = folder / name
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
