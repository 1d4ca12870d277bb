"""What Istio's webhook refuses is what is taken to be refused, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from laneway.core.mesh.refused import is_admitted
from laneway.core.resources.istio.networking import Gateway, VirtualService
from laneway.core.resources.read import read_file
from tests.agree.oracle import Oracle

ROUTE: dict[str, Any] = {"route": [{"destination": {"host": "cart"}}]}
BYTES: dict[str, Any] = {"tcp": [ROUTE]}

HOSTS = (
    *("cart", "Cart", "cart.", "cart.shop", "cart.shop.svc.cluster.local", "*.shop.test", "*"),
    *("*-a.test", "*a.test", "a*.test", "a.*.test", "**.test", "*.", ".test", "a..b", "a.b.."),
    *("cart:80", "http://cart", "cart_1", "cart_1.shop", "-cart", "cart-", "10.0.0.1", "fd00::1"),
    *("10.0.0", "a.1", "a.1b", "shop/cart", "a b", "x" * 63, "x" * 64, "a." + "x" * 64),
    *("a." * 127 + "b", "a." * 128 + "b", "outbound_.80_._.cart.shop.svc.cluster.local"),
)
SEVERAL = (
    *(["a.test", "a.test"], ["a.test", "A.test"], ["a.test", "*.test"], ["*.a.test", "*.test"]),
    *(["*.a.test", "*.b.test"], ["*", "a.test"], ["a_b", "a_b"], ["b-a.test", "*-a.test"]),
)
GATEWAYS = (
    *(["mesh"], ["door"], ["istio-system/door"], ["./door"], ["door.istio-system"], ["a/b/c"]),
    *(["mesh", "door"], ["door", "./x"], ["x/y", "./x"], ["/door"], ["x/"], ["a.b/c"], ["d_r"]),
)
EXPORTS: tuple[list[str], ...] = (
    *(["*"], ["."], ["shop"], ["*", "."], [".", "default"], ["shop", "shop"], ["~"], ["a.b"]),
    *(["shop", "other"], ["*", "*"], []),
)
SERVERS = (
    *("*", "*/*", "./*", "shop/*", "shop/a.test", "*/a.test", "a.test", "cart", "shop/cart", "~/*"),
    *("*.test", "*-a.test", "*a.test", "a.test:80", "10.0.0.1", "fd00::1", "/a.test", "shop/"),
    *("sh_op/a.test", "a.b/c.test", "shop/*/x", "**", "a.*"),
)


def _route(**spec: Any) -> dict[str, Any]:
    return {"kind": "VirtualService", "spec": {"hosts": ["cart"], "http": [ROUTE]} | spec}


def _gateway(servers: list[dict[str, Any]], name: str = "") -> dict[str, Any]:
    spec = {"selector": {"istio": "ingressgateway"}, "servers": servers}
    return {"kind": "Gateway", "spec": spec, "metadata": {"name": name} if name else {}}


def _server(hosts: list[str], number: int = 80, name: str = "http") -> dict[str, Any]:
    port = {"number": number, "name": name, "protocol": "HTTP"}
    return {"port": port if name else {"number": number, "protocol": "HTTP"}, "hosts": hosts}


BARE = {"kind": "VirtualService", "spec": {"hosts": ["cart"]}}
HEADLESS = [
    {"kind": "VirtualService", "spec": spec}
    for spec in (
        {"http": [ROUTE]},
        {"http": [ROUTE], "gateways": ["door"]},
        {"http": [ROUTE], "gateways": ["mesh"]},
        BYTES,
        {},
    )
]
OBJECTS = [
    *(_route(hosts=[host]) for host in HOSTS),
    *(_route(hosts=[host], gateways=["door"]) for host in HOSTS),
    *(_route(hosts=[host], gateways=["mesh", "door"]) for host in ("*", "*.test", "cart")),
    *(_route(hosts=hosts) for hosts in SEVERAL),
    *(_route(gateways=names) for names in GATEWAYS),
    *(_route(exportTo=spaces) for spaces in EXPORTS),
    *(BARE, _route(http=[], **BYTES), *HEADLESS),
    *(_gateway([_server([host])]) for host in SERVERS),
    _gateway([]),
    _gateway([_server([])]),
    _gateway([_server(["*"], name="")]),
    _gateway([_server(["a.test"]), _server(["b.test"], 81)]),
    _gateway([_server(["a.test"]), _server(["b.test"], 81, "http-81")]),
    _gateway([_server(["*"])], "door.two"),
]


@pytest.mark.engine
def test_objects_are_refused_that_istio_refuses_and_no_others(oracle: Oracle) -> None:
    named = [
        {
            "apiVersion": "networking.istio.io/v1",
            **thing,
            "metadata": {"name": f"one-{at}", "namespace": "default"} | thing.get("metadata", {}),
        }
        for at, thing in enumerate(OBJECTS)
    ]
    text = yaml.safe_dump_all(named)
    read = {
        (one.meta.ref.kind, one.meta.name): is_admitted(one)
        for one in read_file("mesh.yaml", text.encode()).resources
        if isinstance(one, VirtualService | Gateway)
    }
    told = {(one.kind, one.name): not one.error for one in oracle.translate("", text, []).objects}

    assert len(told) == len(OBJECTS)
    assert {True, False} == set(told.values())
    assert [
        (thing["metadata"]["name"], thing["spec"], read.get(key), admitted)
        for thing, (key, admitted) in zip(named, told.items(), strict=True)
        if read.get(key) != admitted
    ] == []
