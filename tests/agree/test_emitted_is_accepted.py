"""Everything Laneway emits is accepted by Istio: its schemas, its admission, its analyzers.

Comes in: every golden case and random meshes, in every layout. The analyzers see the objects beside
the case's own input, and may say nothing worse than Info that Laneway has not said itself; whether
it has is read from the codes of Istio that stand beside its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

import pytest
import yaml
from hypothesis import given, settings

from laneway.adapters.files import read_paths
from laneway.core.compile import Compilation, compile_snapshot
from laneway.core.emit.istio import LAYOUTS, Layout
from tests.agree.istioctl import Message
from tests.agree.oracle import Oracle
from tests.agree.schemas import Schemas
from tests.agree.small_mesh import documents
from tests.examples import example_meshes
from tests.golden.case import CASES, Case, read_case
from tests.golden.test_cases import compiled
from tests.laws.compiling import compile_mesh, emitted
from tests.laws.corpus import prepare, shared_meshes
from tests.laws.objects import Object

pytestmark = pytest.mark.engine

FILES = sorted(CASES.rglob("*.yaml"))
ANALYZED = {
    *("Namespace", "Service", "Pod", "Deployment", "StatefulSet", "DaemonSet"),
    *("Gateway", "VirtualService", "DestinationRule", "Sidecar"),
}
ISTIO_ALONE = {
    # The input holds nothing of the kind, so that Laneway cannot know.
    "a_gateway_that_is_not_in_the_input_is_unknown": {"IST0101", "IST0132"},
    # The analyzer reads `.` of a mesh-wide Sidecar as istio-system; for proxies it is their own.
    "a_mesh_wide_sidecar_hides_nothing_from_pods_of_one_namespace": {"IST0133"},
    "a_mesh_wide_sidecar_with_a_dot_shows_each_pod_its_own_namespace": {"IST0133"},
    # The analyzer compares hosts alone; routes for connections and for HTTP never meet.
    "a_route_for_connections_leaves_http_to_the_lanes": {"IST0109"},
    # The analyzer looks a subset up in rules for the very host; proxies take a wildcard's as well.
    "an_exact_rule_for_some_callers_hides_a_wildcard_from_all": {"IST0101"},
    "one_subset_name_means_other_pods_to_other_callers": {"IST0101"},
    # The analyzer takes a wildcard and a host below it for one; proxies take the exact one.
    "a_wildcard_of_services_that_are_seen_speaks_for_no_other": {"IST0109"},
}
"""What Istio's analyzers say of cases, and Laneway does not."""

LED_BY_GATEWAYS = {
    "a_route_asking_for_an_empty_prefix_leaves_its_neighbors_alone",
    "a_route_asking_two_ways_at_once_leaves_its_neighbors_alone",
    "a_route_with_a_misspelled_condition_leaves_its_neighbors_alone",
}
"""Cases whose user leads a gateway to a lane's subset from another namespace. In layout scoped the
rule with that subset is private to the gateway's; analyzers look where the route stands."""

WRONG_TYPE = {"LW1101", "LW1103"}

LATER = "('laterField' was unexpected)"
"""Said of a field that a case's user writes, and of layout scoped's copies of the user's policy."""

Analyze = Callable[[str], list[Message]]


def of_istio(objects: Iterable[Object]) -> list[Object]:
    """Leave out the vendor's kinds of layout `asm`, which are not Istio's."""
    return [item for item in objects if "alibabacloud" not in item["apiVersion"]]


def not_accepted(schemas: Schemas, oracle: Oracle, objects: list[Object]) -> list[str]:
    """Return what Istio's schemas and its admission say against objects."""
    ruled = oracle.translate("", documents(objects), []).refused
    return [*schemas.errors(objects), *(f"{each.name}: {each.error}" for each in ruled)]


def beside(case: Case, objects: Iterable[Object]) -> list[Object]:
    """Return the objects beside those of the case's input that they do not supersede."""
    found = {_name(item): item for item in _input(case) if item["kind"] in ANALYZED}
    return list({**found, **{_name(item): item for item in objects}}.values())


def _input(case: Case) -> Iterable[Object]:
    for text in case.documents:
        try:
            yield from filter(_is_object, yaml.load_all(text, yaml.CSafeLoader))
        except yaml.YAMLError:
            continue


def _is_object(item: object) -> bool:
    return isinstance(item, dict) and "kind" in item and "name" in item.get("metadata", {})


def _subject(item: Object) -> str:
    """Name an object as findings do; analyzers read nothing at all beside one of a wrong type."""
    kind, namespace, name = _name(item)
    return f"{kind} {namespace}/{name}"


def _name(item: Object) -> tuple[str, str, str]:
    metadata = item["metadata"]
    return item["kind"], metadata.get("namespace", "default"), metadata["name"]


def unsaid(analyze: Analyze, case: Case, compilation: Compilation, layout: Layout) -> list[str]:
    """Return what Istio's analyzers say of a case, and Laneway does not.

    Of layout scoped that is the exact form: they look no subset up in rules for a wildcard.
    """
    findings = compilation.all_findings
    said = {code for one in findings for code in one.code.also.split(", ")}
    said |= ISTIO_ALONE.get(case.path.stem, set())
    said |= {"IST0101"} if layout == "scoped" and case.path.stem in LED_BY_GATEWAYS else set()
    flawed = {one.subject for one in findings if one.code.id in WRONG_TYPE}
    objects = [
        item
        for item in beside(case, of_istio(emitted(compilation, layout, "exact")))
        if _subject(item) not in flawed
    ]
    return [
        f"{case.path.stem}: {each.code} {each.origin}: {each.message}"
        for each in analyze(documents(objects))
        if each.level != "Info" and each.code not in said
    ]


@pytest.fixture(scope="module")
def compilations() -> list[tuple[Case, Compilation]]:
    """Each golden case, compiled once for all judges."""
    return [(case, compiled(case)) for case in map(read_case, FILES)]


@pytest.fixture(scope="module")
def analyze(oracle: Oracle) -> Analyze:
    """What Istio's analyzers say of a text; several cases differ only in what these do not read."""
    return cache(oracle.analyze)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_golden_cases_emit_is_valid_for_istio(
    oracle: Oracle,
    istio_schemas: Schemas,
    compilations: list[tuple[Case, Compilation]],
    layout: Layout,
) -> None:
    against = [
        f"{case.path.stem}: {line}"
        for case, compilation in compilations
        for objects in [of_istio(emitted(compilation, layout))]
        for line in not_accepted(istio_schemas, oracle, objects)
        if LATER not in line
    ]
    assert against == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_istios_analyzers_say_nothing_of_golden_cases_that_laneway_does_not(
    analyze: Analyze, compilations: list[tuple[Case, Compilation]], layout: Layout
) -> None:
    found = [unsaid(analyze, case, compilation, layout) for case, compilation in compilations]
    assert [line for lines in found for line in lines] == []


def test_istios_analyzers_say_nothing_worse_than_info_of_any_example(oracle: Oracle) -> None:
    found = {}
    for name, folder in example_meshes().items():
        compilation = compile_snapshot(read_paths([str(folder)]))
        texts = [path.read_text() for path in sorted(folder.glob("*.yaml"))]
        written = [item for text in texts for item in yaml.load_all(text, yaml.CSafeLoader)]
        seen = [item for item in written if item["kind"] in ANALYZED]
        analyzed = oracle.analyze(documents([*seen, *emitted(compilation)]))
        found[name] = [str(each) for each in analyzed if each.level != "Info"]

    assert len(found) >= 6
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_random_meshes_emit_is_valid_for_istio(oracle: Oracle, istio_schemas: Schemas) -> None:
    prepare()

    @settings(max_examples=60)
    @given(shared_meshes())
    def check(mesh: list[Object]) -> None:
        compilation = compile_mesh(mesh)
        for layout in LAYOUTS:
            objects = of_istio(emitted(compilation, layout))
            assert not_accepted(istio_schemas, oracle, objects) == []

    check()
