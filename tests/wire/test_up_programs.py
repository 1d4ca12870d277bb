"""Real programs instead of the mock: what they are told, and what stands for an image."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from laneway.adapters.processes import find_marked
from tests.wire.laneway_up import Up, files_left, laneway, of_variables, state_home, workloads

pytestmark = pytest.mark.envoy
Start = Callable[..., Up]

PROGRAM = f"{sys.executable} {Path(__file__).with_name('program.py')}"
DOORS = "[{name: http, port: 80, targetPort: http}]"
SHOP = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gateway, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: default}
spec:
  hosts: ['*']
  gateways: [gateway]
  http: [{route: [{destination: {host: cart, port: {number: 80}}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: default}
spec:
  selector: {app: cart}
  ports: DOORS
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart, namespace: default}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec:
      containers:
        - name: main
          image: shop/cart:1
          env: [{name: COLOR, value: blue}, {name: PORT, value: '80'}]
          ports: [{name: http, containerPort: 8000}, {name: admin, containerPort: 9000}]
""".replace("DOORS", DOORS)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "shop.yaml").write_text(SHOP)
    return folder


def _told(mesh: Up) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(mesh.ask("/").body)
    return found


def test_an_image_without_a_command_is_refused_before_anything_starts(shop: Path) -> None:
    refused = laneway("up", str(shop))

    assert refused.returncode == 1
    assert "error[LW1701] no command for image shop/cart:1" in refused.stderr
    assert "--run 'shop/cart:1=COMMAND'" in " ".join(refused.stderr.split())
    line = next(n for n, text in enumerate(SHOP.split("\n"), 1) if "image:" in text)
    assert f"{shop}/shop.yaml:{line}:18" in refused.stderr
    assert find_marked([str(state_home())]) == {}
    assert files_left() == []


@of_variables
def test_a_program_is_told_where_to_listen_and_where_to_send(
    up: Start, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://nowhere.invalid:1")
    monkeypatch.setenv("INHERITED", "yes")
    command = f"{PROGRAM} --port={{port}} --host={{host}} --admin={{port_9000}} {{}}"
    mesh = up(shop, "--run", f"shop/*={command}").ready()

    told = _told(mesh)

    environment = told["environment"]
    address = environment["POD_IP"]
    replica = next(one for one in workloads().values() if one["address"] == address)
    assert environment["HOST"] == address == replica["address"]
    assert environment["PORT"] == environment["PORT_8000"] != "80"
    assert environment["COLOR"] == "blue"
    assert environment["INHERITED"] == "yes"
    assert environment["http_proxy"] == environment["HTTP_PROXY"] == f"http://{address}:15001"
    assert environment["no_proxy"] == environment["NO_PROXY"]
    assert environment["HTTPS_PROXY"] == environment["http_proxy"]
    port, admin = environment["PORT"], environment["PORT_9000"]
    assert told["arguments"] == [f"--port={port}", f"--host={address}", f"--admin={admin}", "{}"]


@of_variables
def test_each_replica_has_a_place_of_its_own_and_calls_a_service_by_its_name(
    up: Start, shop: Path
) -> None:
    mesh = up(shop, "--run", f"shop/cart={PROGRAM}").ready()

    told = [_told(mesh)["environment"] for _ in range(20)]
    called = mesh.ask("/ask?http://cart/")

    assert len({one["HOST"] for one in told}) == 2
    assert len({one["PORT"] for one in told}) == 2
    assert json.loads(called.body)["environment"]["COLOR"] == "blue"


def test_the_working_directory_names_commands_and_the_manifests_do_not(
    up: Start, shop: Path, tmp_path: Path
) -> None:
    table = f"[run]\n'shop/cart' = '{PROGRAM}'\n"
    (shop / "laneway.toml").write_text(table)
    assert laneway("up", str(shop), cwd=tmp_path).returncode == 1

    (tmp_path / "laneway.toml").write_text(table)
    assert up(shop, cwd=tmp_path).ready().ask("/").status == 200


def test_a_configuration_file_can_be_named(up: Start, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(f"[run]\n'shop/cart' = {PROGRAM.split()}\n")

    assert up(shop, "--config", tmp_path / "other.toml").ready().ask("/").status == 200


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[runs]\n", "unknown table 'runs'"),
        ("[run\n", "laneway.toml: "),
        ("run = 3\n", "[run] is not a table of images and commands"),
        ("[run]\na = 3\n", "the command of image 'a' is neither a text nor a list of texts"),
    ],
)
def test_a_configuration_that_cannot_be_understood_is_wrong_usage(
    shop: Path, tmp_path: Path, text: str, words: str
) -> None:
    (tmp_path / "laneway.toml").write_text(text)

    refused = laneway("up", str(shop), cwd=tmp_path)

    assert refused.returncode == 2
    assert words in refused.stderr


def test_a_program_that_cannot_run_ends_the_start_with_its_last_words(shop: Path) -> None:
    refused = laneway("up", str(shop), "--run", "shop/cart=sh -c 'echo out of eggs; exit 4'")

    assert refused.returncode == 3
    assert "cart-0 ended with exit code 4; its log is" in refused.stderr
    assert "  | out of eggs" in refused.stderr
    assert find_marked([str(state_home())]) == {}
    assert files_left() == []


def test_a_command_that_does_not_exist_is_told(shop: Path) -> None:
    refused = laneway("up", str(shop), "--run", "shop/cart=no-such-program")

    assert refused.returncode == 3
    assert "no-such-program: command not found" in refused.stderr


def test_the_mock_serves_every_port_that_services_lead_to(up: Start, shop: Path) -> None:
    doors = "[{name: http, port: 80, targetPort: 9000}, {name: more, port: 81, targetPort: http}]"
    (shop / "shop.yaml").write_text(SHOP.replace(DOORS, doors))

    mesh = up(shop, "--run", "shop/cart=@mock").ready()

    assert mesh.ask("/").body.startswith("-> cart(version: ")


TALKERS = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: door, namespace: default}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: door, namespace: default}
spec:
  hosts: ['*']
  gateways: [door]
  http: [{route: [{destination: {host: cart}}]}]
"""
TALKER = """
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: default}}
spec: {{selector: {{app: {name}}}, ports: [{{name: http, port: 80, targetPort: 8000}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}-v1, namespace: default}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}, version: v1}}}}
    spec:
      containers:
        - name: main
          image: registry.example/{name}:1
          ports: [{{containerPort: 8000}}]
          env: [{{name: OTHER, value: 'http://{calls}/'}}]
"""


def test_mocks_of_any_image_call_each_other_as_their_manifests_say_and_none_twice(
    up: Start, tmp_path: Path
) -> None:
    talkers = [TALKER.format(name="cart", calls="price"), TALKER.format(name="price", calls="cart")]
    (tmp_path / "talkers.yaml").write_text(TALKERS + "".join(talkers))
    mesh = up(tmp_path / "talkers.yaml", "--run", "*=@mock").ready()

    hops = [(hop.app, hop.version) for hop in mesh.ask("/").hops]

    assert hops == [("cart-v1", "v1"), ("price-v1", "v1"), ("cart-v1", "v1")]
