"""Programs of several languages that know no proxy keep to their lanes, each with its own client.

Nothing is written into them: they listen on ports of their own, two versions on the same, and call
the next one by its name. Every answer names all hops it went through, so a request that left its
lane is seen in what came back, and the proxies' own counters have to say the same. All of it holds
for an ordinary user as well, and so does what is outside of the mesh.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from msgspec import Struct

from laneway.adapters.netns import probe
from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import MeshFolder, mesh_folder
from laneway.apps.local.verify.running import Running
from tests.wire import outside
from tests.wire.accounts import Account, ordinary_account, own_account
from tests.wire.asking import MESSAGES, Client, asked_often, grpc_client, hops_of, http_client
from tests.wire.laneway_up import Up, laneway
from tests.wire.languages import (
    CHANGED,
    ENTRY,
    GRPC,
    HTTP,
    LANES,
    TCP,
    WEB_SOCKET,
    Hop,
    chain_yaml,
)
from tests.wire.saving import save
from tests.wire.strict_mesh import unique_name
from tests.wire.toolchains import image_commands

pytestmark = pytest.mark.envoy
MANY = {"own": 1000, "ordinary": 40}
"""Requests in each lane, as the user of the tests and as another one."""
ACCOUNTS = {"own": own_account, "ordinary": ordinary_account}
DIALS = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as opened:
    print(opened.makefile().readline(), end="")
    opened.sendall(b"quit\\n")
"""


class Languages(Struct, frozen=True):
    """The mesh that runs, who runs it, and what is outside of it."""

    up: Up
    account: Account
    many: int
    folder: MeshFolder
    file: Path
    database: int
    api: outside.Api

    def counted(self, clients: Sequence[Client]) -> tuple[list[Counter[str]], Mapping[str, int]]:
        """Send many requests by each; return what they met, and what proxies counted by pod."""
        seen = Running.of(self.folder)
        before = seen.quiet(None)
        found = asked_often(clients, self.many)
        after = seen.quiet(before)
        seen.fleet.leave()
        return found, seen.ledger.seen(before, after).received

    def execute(self, workload: str, *words: str) -> CompletedProcess[str]:
        """Run a command where a workload's program runs."""
        asked = ("exec", "--name", self.folder.name, workload, "--", *words)
        return laneway(*asked, command=self.account.laneway)


@contextmanager
def running(whose: str) -> Iterator[Languages]:
    """Run the mesh as a user, in a folder that everybody may enter, and end it."""
    if missing := probe():
        pytest.skip(missing)
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        root.chmod(0o755)
        account = ACCOUNTS[whose](root)
        commands = list(image_commands(root, account.python))
        file = root / "lanes" / "chain.yaml"
        file.parent.mkdir()
        file.write_text(chain_yaml())
        port = stack.enter_context(outside.database())
        api = stack.enter_context(outside.api(root, root / "hop"))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in account.environment.items():
            patch.setenv(name, value)
        folder = mesh_folder(unique_name(), os.environ)
        words = ("--intercept", "on", "--host-port", str(port), "--name", folder.name, *commands)
        up = Up(*words, str(file.parent), command=account.laneway)
        stack.callback(bring_down, folder)
        stack.callback(up.stop)
        yield Languages(up.ready(), account, MANY[whose], folder, file, port, api)


@pytest.fixture(scope="module", params=list(ACCOUNTS))
def mesh(request: pytest.FixtureRequest) -> Iterator[Languages]:
    with running(request.param) as found:
        yield found


@pytest.fixture(autouse=True)
def home_of_the_mesh(mesh: Languages, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands of a test find the mesh."""
    for name, value in mesh.account.environment.items():
        monkeypatch.setenv(name, value)


def answered(chain: Sequence[Hop], lane: str, *, permissive: bool = False) -> str:
    """Return the hops that are to answer a request of a lane."""
    lanes = [lane if not permissive or hop.name in CHANGED else LANES[0] for hop in chain]
    return " > ".join(f"{hop.name} {of}" for hop, of in zip(chain, lanes, strict=True))


def pods(chain: Sequence[Hop], times: int) -> Mapping[str, int]:
    """Return how often each pod of a chain is asked."""
    return {f"{hop.name}-{lane}-0": times for hop in chain for lane in LANES}


@pytest.mark.parametrize(
    ("path", "chain"), [("/http", HTTP), ("/websocket", WEB_SOCKET), ("/tcp", TCP)]
)
def test_no_request_leaves_its_lane(mesh: Languages, path: str, chain: Sequence[Hop]) -> None:
    clients = [http_client(mesh.up.port, path, {ENTRY: lane}) for lane in LANES]

    found, received = mesh.counted(clients)

    assert found == [{answered(chain, lane): mesh.many} for lane in LANES]
    assert received == pods(chain, mesh.many)


@pytest.mark.parametrize("streams", [False, True])
def test_no_call_and_no_stream_of_grpc_leaves_its_lane(
    mesh: Languages,
    streams: bool,  # noqa: FBT001 - a parameter of the claim
) -> None:
    clients = [grpc_client(mesh.up.port, {ENTRY: lane}, streams=streams) for lane in LANES]

    found, received = mesh.counted(clients)

    messages = MESSAGES if streams else 1
    wanted = [" > ".join([answered(GRPC, lane)] * messages) for lane in LANES]
    assert found == [{one: mesh.many} for one in wanted]
    assert received == pods(GRPC, mesh.many)


@pytest.mark.parametrize("lane", LANES)
def test_curl_in_a_pod_meets_what_the_pods_program_would(mesh: Languages, lane: str) -> None:
    ended = mesh.execute(f"fetch-{lane}", "curl", "-sS", f"http://last:8080/?[1-{mesh.many}]")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert Counter(hops_of(ended.stdout).split(" > ")) == {f"last {lane}": mesh.many}


def test_a_program_that_listens_on_localhost_alone_is_told_of(mesh: Languages) -> None:
    told = laneway("ps", mesh.folder.name, command=mesh.account.laneway).stdout

    lines = [line for line in told.splitlines() if "127.0.0.1 only" in line]
    assert [line.split()[0] for line in lines] == ["node-s1-0", "node-s2-0"]


def test_verify_finds_every_promise_kept(mesh: Languages) -> None:
    words = ("verify", "--name", mesh.folder.name, "--requests", "4", "--allow-untested")
    ended = laneway(*words, command=mesh.account.laneway)

    assert ended.returncode == 0, ended.stdout
    assert "through its proxy" not in ended.stdout


@pytest.mark.parametrize("host", ["host.laneway.internal", "127.0.0.1"])
def test_a_database_on_this_machine_is_reached_out_of_a_pod(mesh: Languages, host: str) -> None:
    words = (str(mesh.account.python), "-c", DIALS, host, str(mesh.database))

    ended = mesh.execute("buyer-s1", *words)

    assert (ended.returncode, ended.stdout) == (0, f"{outside.GREETING}\n"), ended.stderr


def test_an_api_outside_of_the_mesh_shows_its_own_certificate(mesh: Languages) -> None:
    api, name = mesh.api, f"{outside.API}:{mesh.api.port}"
    known = ("--cacert", str(api.certificate), "--connect-to", f"{name}:{api.reached}")

    ended = mesh.execute("buyer-s1", "curl", "-sS", *known, f"https://{name}/")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"this is {name}"


def test_a_name_that_nobody_has_is_no_name_in_a_pod_either(mesh: Languages) -> None:
    ended = mesh.execute("buyer-s1", "curl", "-sS", "http://no-such-name.invalid/")

    assert ended.returncode == 6
    assert "Could not resolve host" in ended.stderr


def test_programs_that_pass_on_the_lane_meet_what_it_changes(mesh: Languages) -> None:
    save(mesh.file, chain_yaml(permissive=True))
    mesh.up.until("live after")
    here = {ENTRY: LANES[1]}
    paths = {"/http": HTTP, "/websocket": WEB_SOCKET}
    clients = [http_client(mesh.up.port, path, here) for path in paths]

    found = asked_often([*clients, grpc_client(mesh.up.port, here, streams=False)], 40)

    chains = (*paths.values(), GRPC)
    assert found == [{answered(chain, LANES[1], permissive=True): 40} for chain in chains]
