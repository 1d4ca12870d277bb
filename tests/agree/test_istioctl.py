"""What Istio's analyzers say of small meshes; the oracle that runs them says what istioctl says."""

from __future__ import annotations

import pytest

from tests.agree.istioctl import Istioctl
from tests.agree.oracle import Oracle
from tests.agree.piped import UntranslatableError
from tests.agree.small_mesh import SmallMesh, documents, to
from tests.laws.objects import namespace

pytestmark = pytest.mark.engine


def everything(mesh: SmallMesh) -> str:
    """Return the whole mesh as YAML documents, with its namespace."""
    return documents([namespace("default"), *mesh.services, *mesh.istio])


@pytest.fixture
def mesh() -> SmallMesh:
    """Return a mesh of one service in two versions."""
    found = SmallMesh()
    found.service("mocka")
    found.versions("mocka", "v1", "v2")
    return found


def test_a_sound_mesh_gets_no_message(istioctl: Istioctl, oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", {"route": [to("mocka", "v1")]})
    assert istioctl.analyze(everything(mesh)) == []
    assert oracle.analyze(everything(mesh)) == []


def test_a_subset_nobody_declares_is_an_error(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", {"route": [to("mocka", "v9")]})
    (message,) = oracle.analyze(everything(mesh))
    assert (message.code, message.level) == ("IST0101", "Error")
    assert message.origin == "VirtualService default/mocka"


def test_two_mesh_routes_for_a_host_are_an_error(oracle: Oracle, mesh: SmallMesh) -> None:
    mesh.routes("mocka", {"route": [to("mocka", "v1")]})
    mesh.routes("mocka", {"route": [to("mocka", "v2")]})
    mesh.istio[-1]["metadata"]["name"] = "second"
    codes = {message.code for message in oracle.analyze(everything(mesh))}
    assert codes == {"IST0109"}


def test_the_oracle_says_each_word_that_istioctl_says(
    istioctl: Istioctl, oracle: Oracle, mesh: SmallMesh
) -> None:
    mesh.routes("mocka", {"route": [to("mocka", "v9")]})
    mesh.routes("mocka", {"route": [to("mockb")]})
    mesh.istio[-1]["metadata"]["name"] = "second"
    unlabeled = documents([*mesh.services, *mesh.pods, *mesh.istio, namespace("other")])

    said = istioctl.analyze(unlabeled)

    assert len(said) == 3
    assert oracle.analyze(unlabeled) == said


def test_what_is_not_yaml_raises(istioctl: Istioctl, oracle: Oracle) -> None:
    with pytest.raises(AssertionError, match="error processing"):
        istioctl.analyze("a: [")
    with pytest.raises(UntranslatableError, match="error processing"):
        oracle.analyze("a: [")
