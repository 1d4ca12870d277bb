"""What Istio's analyzers say of layout scoped: exact rules pass, of wildcards they are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from laneway.core.compile import compile_snapshot
from laneway.core.emit.yaml_text import yaml_documents
from laneway.core.routing.plan.scoped_ground import ScopedForm, Scoping
from tests.agree.oracle import Oracle
from tests.snapshot import snapshot_of_texts

pytestmark = pytest.mark.engine

EXAMPLE = Path(__file__).parents[2] / "examples" / "strict-lanes"


def said_of(oracle: Oracle, form: ScopedForm | None) -> set[str]:
    """Return the codes that analyzers have for the example in a form, or in layout istio."""
    texts = [(path.name, path.read_text()) for path in sorted(EXAMPLE.glob("*.yaml"))]
    compilation = compile_snapshot(snapshot_of_texts(texts))
    scoped = compilation.scoped(Scoping(form)) if form else None
    objects = compilation.manifests("scoped" if form else "istio", scoped)
    written = "".join(yaml_documents(one.body for one in objects))
    known = [text for _, text in texts if "istio.alibabacloud.com" not in text]
    return {message.code for message in oracle.analyze("\n---\n".join([*known, written]))}


def test_the_exact_form_gets_no_message_that_layout_istio_does_not(oracle: Oracle) -> None:
    assert said_of(oracle, "exact") == said_of(oracle, None)


def test_wildcards_get_a_message_that_is_wrong(oracle: Oracle) -> None:
    # against a cluster istioctl says IST0174 as well: a host that no service there has
    assert said_of(oracle, "wildcard") - said_of(oracle, None) == {"IST0101"}
