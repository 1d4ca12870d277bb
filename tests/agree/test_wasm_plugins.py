"""The lane filter's WasmPlugins are accepted by Istio: its schema, and its own validation."""

from __future__ import annotations

import pytest

from laneway.core.compile import compile_snapshot
from laneway.core.emit.wasm_plugin import wasm_plugins
from tests.agree.oracle import Oracle
from tests.agree.schemas import Schemas
from tests.agree.small_mesh import documents
from tests.snapshot import snapshot_of_texts
from tests.wire.chains import Chain
from tests.wire.test_sticky import tagging

pytestmark = pytest.mark.engine

BY_TRACE = Chain({"s1": "mocka mockb mockc", "s2": "mocka mockc"}, trace_header="traceparent")


def test_istio_accepts_the_plugins(oracle: Oracle, istio_schemas: Schemas) -> None:
    compilation = compile_snapshot(snapshot_of_texts([("a.yaml", BY_TRACE.yaml + tagging(20))]))
    plugins = wasm_plugins(compilation.mesh, compilation.plan, "https://example.com/lane.wasm")
    objects = [dict(one.body) for one in plugins]

    assert len(objects) == 8
    assert istio_schemas.errors(objects) == []
    assert list(oracle.translate("", documents(objects), []).refused) == []


def test_istio_refuses_a_plugin_without_a_url(oracle: Oracle) -> None:
    compilation = compile_snapshot(snapshot_of_texts([("a.yaml", BY_TRACE.yaml)]))
    objects = [dict(one.body) for one in wasm_plugins(compilation.mesh, compilation.plan, "")]

    assert len(list(oracle.translate("", documents(objects), []).refused)) == len(objects)
