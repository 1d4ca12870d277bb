"""Law: at no stage of a change does a proxy lead a request to what is not there.

A route may name a cluster that its own configuration does not have; that is the user's own 503. But
what a route's own configuration has is there whenever the route is, and a listener's table is there
whenever the listener is.
"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from laneway.core.changes.stages import Stage, named_clusters, stages
from laneway.core.emit.envoy.config import (
    Block,
    EnvoyConfig,
    ProxyConfig,
    is_entry,
    is_front,
    table_of,
)
from laneway.core.emit.envoy.configure import envoy_config
from tests.laws.compiling import compile_mesh
from tests.laws.corpus import shared_meshes
from tests.laws.edits import edited
from tests.laws.placing import envoy_of, intercepted
from tests.views.samples import compiled_example


@st.composite
def changes(draw: st.DrawFn) -> tuple[EnvoyConfig, EnvoyConfig]:
    """Draw what Envoy runs before and after an edit, or for two meshes with little in common."""
    before = draw(shared_meshes())
    after = draw(st.one_of(edited(before), shared_meshes()))
    return envoy_of(compile_mesh(before)), envoy_of(compile_mesh(after))


@settings(max_examples=25)
@given(changes())
def test_nothing_leads_to_what_is_not_there_yet_or_no_longer(
    change: tuple[EnvoyConfig, EnvoyConfig],
) -> None:
    old, new = (config.proxies["mesh"] for config in change)
    for stage in _between(change):
        live = stage.proxies["mesh"]
        for name, table in live.tables.items():
            for host in table["virtual_hosts"]:
                author = new if host in _hosts(new, name) else old
                led_to = author.clusters.keys() & named_clusters(host)

                assert led_to <= live.clusters.keys()
        assert {table_of(listener) for listener in live.listeners.values()} <= {"", *live.tables}
        for table in live.tables.values():
            domains = [domain for host in table["virtual_hosts"] for domain in host["domains"]]
            assert len(domains) == len(set(domains))


@settings(max_examples=25)
@given(changes())
def test_a_change_ends_at_what_is_wanted_and_then_nothing_is_left(
    change: tuple[EnvoyConfig, EnvoyConfig],
) -> None:
    between = _between(change)

    last = between[-1].proxies if between else change[0].proxies
    assert last == change[1].proxies
    assert stages(change[1].proxies, change[1].proxies) == ()


@settings(max_examples=25)
@given(changes())
def test_the_entry_turns_after_all_that_comes_and_before_all_that_goes(
    change: tuple[EnvoyConfig, EnvoyConfig],
) -> None:
    old, new = (config.proxies["mesh"] for config in change)
    turned = False
    for stage in _between(change):
        live = stage.proxies["mesh"]
        if not turned and stage.what == "entry routes turned":
            turned = True
            assert new.clusters.keys() | old.clusters <= live.clusters.keys()
            assert _of_replicas(new) | _of_replicas(old) <= _of_replicas(live)
            assert _at_entry(live) == _at_entry(new)
        elif not turned:
            assert _at_entry(live) == _at_entry(old)


def test_who_comes_by_a_connection_of_before_is_led_as_all_are_before_clusters_go() -> None:
    """Lanes by another label: every caller's listener turns to a table of another name."""
    before, after = (
        envoy_of(compiled_example(name)).proxies["mesh"] for name in ("strict-lanes", "gitops")
    )
    read: dict[str, Block] = {}
    for stage in stages({"mesh": before}, {"mesh": after}):
        if stage.what == "listeners removed":
            break
        read |= stage.proxies["mesh"].tables

    callers = [name for name in before.listeners if name in after.listeners]
    turned = {table_of(before.listeners[name]): table_of(after.listeners[name]) for name in callers}
    left = {old: new for old, new in turned.items() if old and old not in after.tables}
    assert len(left) == 2
    for old, new in left.items():
        assert read[old] == after.tables[new] | {"name": old}
        for host in read[old]["virtual_hosts"]:
            assert not before.clusters.keys() & named_clusters(host) - after.clusters.keys()


@st.composite
def intercepted_changes(draw: st.DrawFn) -> tuple[EnvoyConfig, EnvoyConfig]:
    """Draw what Envoys run before and after an edit where one of them is outside."""
    before = draw(shared_meshes())
    after = draw(st.one_of(edited(before), shared_meshes()))
    found = []
    for mesh in (before, after):
        compilation = compile_mesh(mesh)
        placement = intercepted(compilation)
        found.append(envoy_config(compilation.mesh, compilation.plan, placement))
    return found[0], found[1]


@settings(max_examples=25)
@given(intercepted_changes())
def test_whoever_is_let_in_from_outside_finds_a_gateway(
    change: tuple[EnvoyConfig, EnvoyConfig],
) -> None:
    before = change[0].proxies
    for stage in _between(change):
        # within a stage nobody knows which proxy is first
        for outer in (before, stage.proxies):
            for inner in (before, stage.proxies):
                listeners = inner["mesh"].listeners
                fronts = [name for name in outer["_host"].listeners if is_front(name)]
                assert {name.removeprefix("front/") for name in fronts} <= listeners.keys()
        before = stage.proxies


def _between(change: tuple[EnvoyConfig, EnvoyConfig]) -> tuple[Stage, ...]:
    return stages(change[0].proxies, change[1].proxies)


def _hosts(proxy: ProxyConfig, table: str) -> list[Block]:
    hosts: list[Block] = proxy.tables.get(table, {}).get("virtual_hosts", [])
    return hosts


def _at_entry(proxy: ProxyConfig) -> list[object]:
    """Return what gateways answer: their listeners and the tables these read."""
    listeners = [one for name, one in proxy.listeners.items() if is_entry(name)]
    return [(one, proxy.tables[table_of(one)]) for one in listeners]


def _of_replicas(proxy: ProxyConfig) -> set[str]:
    return {name for name in proxy.listeners if not is_entry(name)}
