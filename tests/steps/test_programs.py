"""What a program is started with: where it listens, by which way it calls, and what a mock says."""

from pathlib import Path

import pytest

from laneway.adapters.processes import Program
from laneway.apps.local.mesh.programs import program_of
from laneway.apps.local.record.state import MeshFolder
from laneway.core.compile import compile_snapshot
from laneway.core.fleet.allocator import Allocator
from laneway.core.fleet.commands import Commands
from laneway.core.fleet.placing import Taken
from laneway.core.gate import revision_of
from tests.snapshot import snapshot_of_texts

SHOP = """
apiVersion: v1
kind: Service
metadata: {{name: cart, namespace: shop}}
spec: {{selector: {{app: cart}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: price, namespace: shop}}
spec: {{selector: {{app: price}}, ports: [{{name: http, port: 80}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: cart-v1, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: cart}}}}
  template:
    metadata: {{labels: {{app: cart, version: v1}}}}
    spec:
      containers:
        - {{name: main, image: 'shop/cart:1', ports: [{{containerPort: 80}}], env: [{env}]}}
        - {{name: side, image: 'shop/side:1'}}
"""
URL = "{name: PRICE, value: 'http://price/v1'}"


def _programs(
    *flags: str,
    env: str = "",
    inherited: dict[str, str] | None = None,
    inside: tuple[str, ...] = (),
) -> list[Program]:
    """Return how the programs of the one workload are started."""
    snapshot = snapshot_of_texts([("shop.yaml", SHOP.format(env=env))])
    revision = revision_of(compile_snapshot(snapshot), Commands.of_texts(flags, {}))
    assert not revision.missing
    allocator = Allocator("shop", 8080, Taken, lambda _: True)
    [instance] = allocator.settle(revision.compilation.plan, revision.wanted, ())
    programs = instance.wanted.programs
    folder = MeshFolder(Path("/state/shop"))
    return [program_of(folder, instance, one, inherited or {}, inside) for one in programs]


def test_every_way_in_which_runtimes_are_told_of_a_proxy_is_set() -> None:
    environment = _programs("*=run")[0].environment

    proxy = f"http://{environment['HOST']}:15001"
    names = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY")
    assert {environment[name] for name in names} == {proxy}
    assert environment["NODE_USE_ENV_PROXY"] == "1"
    assert environment["JAVA_TOOL_OPTIONS"].split() == [
        f"-Dhttp.proxyHost={environment['HOST']}",
        "-Dhttp.proxyPort=15001",
        f"-Dhttps.proxyHost={environment['HOST']}",
        "-Dhttps.proxyPort=15001",
        "-Dhttp.nonProxyHosts=localhost|127.0.0.1|[::1]",
    ]


@pytest.mark.parametrize(
    ("env", "inherited"),
    [("{name: JAVA_TOOL_OPTIONS, value: -Xmx64m}", ""), ("", "-Xmx64m")],
)
def test_options_of_java_that_a_user_has_stay_before_those_of_the_proxy(
    env: str, inherited: str
) -> None:
    own = {"JAVA_TOOL_OPTIONS": inherited} if inherited else {}

    options = _programs("*=run", env=env, inherited=own)[0].environment["JAVA_TOOL_OPTIONS"]

    assert options.startswith("-Xmx64m -Dhttp.proxyHost=")


def test_a_command_for_a_workload_is_for_its_first_container_whatever_its_image() -> None:
    first, second = _programs("*=any", "cart-v1=./cart")

    assert (first.command, second.command) == (("./cart",), ("any",))
    assert _programs("shop/*=any", "shop/cart-v1=./cart")[0].command == ("./cart",)


def test_a_mock_of_any_image_is_its_workload_and_calls_what_the_manifest_names() -> None:
    environment = _programs("*=@mock", env=URL)[0].environment

    assert (environment["app"], environment["version"]) == ("cart-v1", "v1")
    assert environment["upstream_url"] == "http://price/v1"
    assert environment["once"] == "cart-v1"


def test_a_mock_with_settings_of_its_own_keeps_them() -> None:
    own = (
        "{name: app, value: a}, {name: version, value: b}, {name: upstream_url, value: 'http://c'}"
    )

    environment = _programs("*=@mock", env=f"{URL}, {own}")[0].environment

    assert (environment["app"], environment["version"]) == ("a", "b")
    assert environment["upstream_url"] == "http://c"
    assert "once" not in environment


def test_a_real_program_gets_no_settings_of_the_mock() -> None:
    assert "app" not in _programs("*=run", env=URL)[0].environment


def test_a_program_in_a_pod_of_its_own_is_told_of_no_proxy() -> None:
    inherited = {"HTTPS_PROXY": "http://office:3128", "JAVA_TOOL_OPTIONS": "-Xmx1g", "PATH": "/bin"}
    [main, _] = _programs("*=run", inherited=inherited, inside=("network=/pods/cart",))

    assert main.inside == ("network=/pods/cart",)
    assert not [name for name in main.environment if "proxy" in name.lower()]
    assert main.environment["JAVA_TOOL_OPTIONS"] == "-Xmx1g"
    assert {"HOST", "PORT", "POD_IP", "PATH"} <= main.environment.keys()
