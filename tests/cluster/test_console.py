"""The console on a real cluster: real RBAC decides who sees what, and real tokens end."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from laneway.core.release.requests import ReleaseRequest, read_request
from tests.cluster.control_plane import ControlPlane
from tests.cluster.dry_runs import make_known
from tests.cluster.lanes import asked
from tests.cluster.shown_console import (
    GRANTED,
    ShownConsole,
    account,
    console_for_many,
    events,
    grant,
    known,
    let_view,
    until,
)
from tests.cluster.viewer import charts_viewer, strict_lanes, tell_status, viewer
from tests.conftest import Had
from tests.engines import engine

pytestmark = pytest.mark.cluster

OURS, THEIRS = "seen-ours", "seen-theirs"
ROOT = Path(__file__).parents[2]
LANES = "istio.alibabacloud.com"
RELEASES = {"apiGroups": ["laneway.dev"], "resources": ["lanereleases"], "verbs": ["patch"]}
SERVICES = 60
"""So many, that a visit which kept them over and over would show; of 300 tests/console tells."""


def service(name: str, namespace: str) -> dict[str, Any]:
    spec = {"selector": {"app": name}, "ports": [{"name": "http", "port": 80}]}
    head = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Service", "metadata": head, "spec": spec}


def have(plane: ControlPlane, *objects: dict[str, Any]) -> None:
    asked(plane, "apply", "--server-side", "-f", "-", told=yaml.dump_all(objects))


@pytest.fixture(scope="module")
def spaces(plane: ControlPlane, had: Had) -> Iterator[None]:
    """Lanes, two namespaces beside them with a service each, and people who see one of these."""
    had(partial(engine, "helm"))
    make_known(plane)
    for space in (OURS, THEIRS):
        asked(plane, "create", "namespace", space)
        have(plane, service(f"{space}-cart", space))
    with strict_lanes(plane):
        tell_status(plane)
        yield
    asked(plane, "delete", "namespace", OURS, THEIRS, "--wait=false")
    asked(plane, "delete", "clusterroles,clusterrolebindings", f"-l={GRANTED}")


@pytest.fixture(scope="module")
def console(
    plane: ControlPlane, spaces: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ShownConsole]:
    assert spaces is None
    spaced = (f"--namespace={OURS}", f"--namespace={THEIRS}")
    with console_for_many(plane, tmp_path_factory.mktemp("console"), *spaced) as found:
        yield found


def everything(browser: httpx.Client) -> str:
    """Return all that the API tells somebody, description aside."""
    paths = json.loads(browser.get("/api/v1/openapi.json").text)["paths"]
    plain = [path for path, calls in paths.items() if "get" in calls and "{" not in path]
    assert "/api/v1/mesh" in plain
    known(browser)
    return "\n".join(browser.get(path).text for path in plain if not path.endswith("/events"))


def test_a_viewer_of_one_namespace_sees_nothing_of_others(
    plane: ControlPlane, console: ShownConsole
) -> None:
    token = account(plane, "sees-ours")
    let_view(plane, "sees-ours", OURS)
    browser = console.browser(token)
    told = everything(browser)

    assert f"{OURS}-cart" in told
    assert "you may not list them" in told
    for word in (THEIRS, "mocka", "kube-system", "12 of 12 proxies", token):
        assert word not in told
    with events(browser) as heard:
        states = (one for one in heard if one["event"] == "state")
        first = next(states)
        have(plane, service("hidden", THEIRS), service("shown", "default"))
        have(plane, service("mine", OURS))
        second = next(states)
    assert second["revision"] == first["revision"] + 1
    assert "mine" in known(browser).text
    assert "hidden" not in everything(browser)
    asked(plane, "delete", "service", "shown", "-n=default")


def test_two_at_once_see_each_their_own(plane: ControlPlane, console: ShownConsole) -> None:
    one, other = account(plane, "one-of-two"), account(plane, "other-of-two")
    let_view(plane, "one-of-two", OURS)
    let_view(plane, "other-of-two", THEIRS)
    ours, theirs = console.browser(one), console.browser(other)
    of_ours, of_theirs = known(ours).text, known(theirs).text

    assert f"{OURS}-cart" in of_ours
    assert THEIRS not in of_ours
    assert f"{THEIRS}-cart" in of_theirs
    assert OURS not in of_theirs
    theirs.cookies = ours.cookies
    assert OURS not in known(theirs).text


def test_rights_that_are_taken_away_take_what_they_showed(
    plane: ControlPlane, console: ShownConsole
) -> None:
    token = account(plane, "loses-it")
    let_view(plane, "loses-it", OURS)
    browser = console.browser(token)
    assert f"{OURS}-cart" in known(browser).text
    asked(plane, "delete", "rolebinding", "loses-it", f"-n={OURS}")

    until(lambda: f"{OURS}-cart" not in known(browser).text, lambda: "it is still shown")


def test_a_token_that_is_revoked_ends_the_session_and_its_events(
    plane: ControlPlane, console: ShownConsole
) -> None:
    token = account(plane, "leaves")
    let_view(plane, "leaves", OURS)
    browser = console.browser(token)
    assert known(browser).status_code == 200
    with events(browser) as heard:
        next(heard)
        asked(plane, "delete", "serviceaccount", "leaves", "-n=default")
        assert {one["event"] for one in heard} <= {"traffic"}

    until(lambda: browser.get("/api/v1/mesh").status_code == 401, lambda: "it is still let in")
    assert "system:serviceaccount:default:leaves came in" in console.said
    assert token not in console.said
    assert console.browser("made-up").get("/api/v1/about").status_code == 401


def test_a_group_of_which_some_services_are_out_of_sight_is_as_its_status_says(
    plane: ControlPlane, console: ShownConsole
) -> None:
    token = account(plane, "sees-a-part")
    let_view(plane, "sees-a-part", OURS)
    look = {"apiGroups": [LANES], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    grant(plane, "sees-a-part", look)
    (group,) = known(console.browser(token), "/api/v1/lanes").json()["groups"]

    assert (group["held"], group["errors"]) == ([], [])
    assert group["notRead"] == [f"services of other namespaces than {OURS} are not read"]
    assert group["live"]["state"] == "live"
    assert group["live"]["why"].startswith("12 of 12 proxies")


def test_who_could_have_the_server_send_there_sends_through_a_gateway(
    plane: ControlPlane, spaces: None, tmp_path: Path
) -> None:
    assert spaces is None
    door = service("door", "istio-system")
    door["spec"] |= {"selector": {"istio": "ingressgateway"}, "type": "NodePort"}
    door["spec"]["externalIPs"] = ["192.0.2.7"]
    have(plane, door)
    try:
        looks, sends = account(plane, "looks-on"), account(plane, "may-send")
        grant(plane, "looks-on", *charts_viewer()["rules"])
        proxy = {"apiGroups": [""], "resources": ["services/proxy"], "verbs": ["create"]}
        grant(plane, "may-send", *charts_viewer()["rules"], proxy)
        with console_for_many(plane, tmp_path) as console:
            told = {
                who: known(console.browser(who), "/api/v1/about").json() for who in (looks, sends)
            }
            origin = {"origin": console.origin}
            wish = {"text": "curl http://x/mock"}
            refused = console.browser(looks).post("/api/v1/send", json=wish, headers=origin)
    finally:
        asked(plane, "delete", "service", "door", "-n=istio-system")

    assert [one["sends"] for one in told.values()] == [False, True]
    assert refused.status_code == 403
    (gateway,) = told[looks]["gateways"]
    assert gateway["url"] == "http://192.0.2.7/"


def test_a_release_is_asked_by_who_may_patch_it(plane: ControlPlane, console: ShownConsole) -> None:
    plan = yaml.safe_load((ROOT / "examples" / "release.yaml").read_text())
    have(plane, plan)
    try:
        looks, asks = account(plane, "looks-at-it"), account(plane, "asks-it")
        grant(plane, "looks-at-it", *charts_viewer()["rules"])
        grant(plane, "asks-it", *charts_viewer()["rules"], RELEASES)
        path, body = f"/api/v1/releases/{plan['metadata']['name']}", {"action": "pause"}
        origin = {"origin": console.origin}
        told = {}
        for who in (looks, asks):
            browser = console.browser(who)
            (shown,) = known(browser, "/api/v1/releases").json()
            answer = browser.post(path, json=body, headers=origin)
            told[who] = shown["mayAsk"], shown["phase"], answer.status_code
        found = json.loads(asked(plane, "get", "lanereleases", "-o=json"))["items"][0]
    finally:
        asked(plane, "delete", "lanereleases", "--all")

    assert list(told.values()) == [(False, "not begun", 403), (True, "not begun", 200)]
    value = found["metadata"]["annotations"]["laneway.dev/request"]
    assert isinstance(read_request(value), ReleaseRequest)


def test_as_oneself_by_kubectl_the_cluster_is_shown(
    plane: ControlPlane, spaces: None, tmp_path: Path
) -> None:
    assert spaces is None
    with viewer(plane, tmp_path / "one", "looks", charts_viewer()) as person:
        running = person.begin("laneway", "console")
        try:
            assert running.stdout is not None
            link = running.stdout.readline().strip()
            with httpx.Client(follow_redirects=True) as browser:
                origin = link.partition("/enter")[0]
                assert browser.get(link).status_code == 200
                browser.base_url = httpx.URL(origin)
                told = known(browser).text
                again = person.kubectl("laneway", "console", "--link").stdout
        finally:
            running.terminate()
            running.communicate(timeout=60)
    assert "mocka" in told
    assert re.match(rf"{origin}/enter\?token=\S+\n", again)


def test_memory_of_visits_of_a_large_mesh_is_bounded(
    plane: ControlPlane, spaces: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spaces is None
    role = "looks-at-everything"
    have(plane, {**charts_viewer(), "metadata": {"name": role}})
    asked(plane, "create", "namespace", "many")
    have(plane, *(service(f"large-{number}", "many") for number in range(SERVICES)))
    have(plane, *(pod(f"large-{number}", "many") for number in range(SERVICES)))
    try:
        with console_for_many(plane, tmp_path) as console:
            figures = [console.memory]
            for number in range(3):
                token = account(plane, f"looker-{number}")
                who = f"--serviceaccount=default:looker-{number}"
                asked(
                    plane,
                    "create",
                    "clusterrolebinding",
                    f"looker-{number}",
                    f"--clusterrole={role}",
                    who,
                )
                browser = console.browser(token)
                until(partial(sees, browser), lambda: "not seen")
                figures.append(console.memory)
    finally:
        words = ("--all", "-n=many", "--force", "--grace-period=0")
        asked(plane, "delete", "pods", *words)  # a node that comes later would run them all
        asked(plane, "delete", "namespace", "many", "--wait=false")
        asked(plane, "delete", "clusterrole", role)
        for number in range(3):
            with suppress(AssertionError):
                asked(plane, "delete", "clusterrolebinding", f"looker-{number}")
    grown = [after - before for before, after in pairwise(figures)]
    with capsys.disabled():
        told = ", ".join(f"{one / 1e6:.1f}" for one in grown)
        sys.stdout.write(f"\n{figures[0] / 1e6:.1f} MB alone, then MB for each visit: {told}\n")
    assert grown[-1] < 30e6


def sees(browser: httpx.Client) -> bool:
    """Whether the last of many services is shown."""
    return f"large-{SERVICES - 1}" in known(browser).text


def pod(name: str, namespace: str) -> dict[str, Any]:
    containers = [{"name": one, "image": f"test/{one}"} for one in ("app", "istio-proxy")]
    head = {"name": name, "namespace": namespace, "labels": {"app": name, "version": "v1"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": head, "spec": {"containers": containers}}
