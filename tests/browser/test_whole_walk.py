"""Both seeds from their first step to the last, in real Chromium, on a mesh of real Envoy.

One walk, as a person goes it: look at the namespace, make a group, lanes and entry rules, read what
is generated, send requests, look at the paths; then share requests by weight, release a version in
stages and take it back. The pictures of the docs are taken on the way (`LANEWAY_BLESS=1`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Locator, Page, expect

from tests.browser.clicks import add_rule, apply, fill_group, fill_rule, looked_through, make_lane
from tests.browser.consoles import EXAMPLES
from tests.browser.pictures import NARROW, take
from tests.browser.walking import LONGER, SERVICES, Walked, ids, sent, to, walked_mesh
from tests.golden.shapes import comparable
from tests.wire.laneway_up import Said
from tests.wire.saving import save
from tests.wire.staged import git, kill, spoil

pytestmark = [pytest.mark.browser, pytest.mark.envoy]
PRINTED = sorted((Path(__file__).parents[1] / "golden" / "seed").glob("*.yaml"))
GATEWAY = "gateway:istio=ingressgateway"
V3 = """\
---
apiVersion: istio.alibabacloud.com/v1
kind: ASMSwimLane
metadata:
  name: v3
  labels:
    swimlane-group: mock
spec:
  labelSelector:
    version: v3
"""
SHARE = """\
        - destination:
            host: mocka.default.svc.cluster.local
            subset: v3
          weight: 0
"""
PLAN = """\
apiVersion: laneway.dev/v1alpha1
kind: LaneRelease
metadata:
  name: v3
spec:
  lane: v3
  stable: v1
  gates:
    - errors: {tolerance: 20%}
  stages:
    - weights: {v1: 40, v2: 10, v3: 50}
      duration: 2h
      limit: 4h
    - weights: {v1: 0, v2: 0, v3: 100}
"""


@pytest.fixture
def walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walked]:
    """Give the mesh of the first seed's services; commands of the test find it."""
    with walked_mesh(tmp_path) as mesh:
        monkeypatch.setenv("XDG_STATE_HOME", str(mesh.state))
        yield mesh


@pytest.fixture
def page(walked: Walked, tab: Page) -> Iterator[Page]:
    """Give a page of the console."""
    tab.goto(walked.link)
    yield tab
    tab.goto("about:blank")  # a page whose console is gone complains of that


def test_both_seeds_are_walked_from_the_first_step_to_the_last(page: Page, walked: Walked) -> None:
    the_namespace_is_told_to_inject_sidecars(page, walked)
    group_lanes_and_rules_are_made(page, walked)
    what_is_generated_is_what_the_seed_prints(page)
    requests_stay_in_their_lanes(page, walked)
    the_topology_shows_three_paths(page, walked)
    a_request_goes_as_it_is_explained(page)
    a_wrong_label_is_told_until_it_is_mended(page, walked)
    shares_are_moved_by_sliders(page, walked)
    a_release_is_begun(walked)
    it_is_paused_resumed_and_taken_back(page, walked)
    it_is_begun_again_and_promoted(page, walked)


def the_namespace_is_told_to_inject_sidecars(page: Page, walked: Walked) -> None:
    to(page, "Namespaces")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name="default", exact=True))
    without = row.locator('[data-label="Without a sidecar"]')
    expect(row).to_contain_text("label istio-injection: disabled")
    expect(without).to_contain_text("mocka-v1")
    row.get_by_role("button", name="Enable Automatic Sidecar Injection").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("istio-injection: enabled")
    dialog.get_by_role("button", name="OK").click()
    expect(row).to_contain_text("label istio-injection: enabled")
    expect(row).to_contain_text("9 pods, 9 ready")
    expect(without).to_have_text("none")

    written = (walked.folder / "gateway.yaml").read_bytes()
    assert written == (EXAMPLES / "strict-lanes" / "gateway.yaml").read_bytes()


def group_lanes_and_rules_are_made(page: Page, walked: Walked) -> None:
    to(page, "Lanes")
    fill_group(page)
    apply(page)
    make_lane(page, "s1", "v1")
    fill_rule(page, "s1")
    looked_through(page)
    take(page, "console-form", 780)
    apply(page)
    for number in "23":
        to(page, "Lanes")
        make_lane(page, f"s{number}", f"v{number}")
        add_rule(page, f"s{number}")

    written = (walked.folder / "lanes.yaml").read_bytes()
    assert written == (EXAMPLES / "strict-lanes" / "lanes.yaml").read_bytes()


def what_is_generated_is_what_the_seed_prints(page: Page) -> None:
    page.get_by_role("link", name="test", exact=True).click()
    for path in PRINTED:
        printed = yaml.safe_load(path.read_text())
        kind, name = printed["kind"], printed["metadata"]["name"]
        page.locator("summary").filter(has_text=f"{kind} istio-system/{name}").click()
        shown = yaml.safe_load(page.get_by_label(f"YAML of {kind} {name}").inner_text())
        del shown["metadata"]["annotations"]  # whose it is
        assert comparable(shown) == comparable(printed)


def requests_stay_in_their_lanes(page: Page, walked: Walked) -> None:
    to(page, "Lanes")
    for number in "123":
        walked.meets(f"v{number}", lane=f"s{number}")
        page.get_by_label("Request of lane").select_option(f"s{number}")
        expect(page.locator(".curl")).to_contain_text(f"-H 'x-asm-prefer-tag: s{number}'")
        assert sent(page) == {f"v{number}": 100}
    take(page, "console-lanes", 640)
    take(page, "console-narrow", 740, width=NARROW)


def the_topology_shows_three_paths(page: Page, walked: Walked) -> None:
    with walked.asked("s1", "s2", "s3"):
        to(page, "Topology")
        page.locator("svg[data-settled]").wait_for(state="attached")
        rates = page.locator(".label .rate").filter(has_text=re.compile("[1-9]"))
        expect(rates).to_have_count(9, timeout=LONGER)
        take(page, "console-topology", 640)
        for lane in ("s1", "s2", "s3"):
            page.locator(f'button[data-lane="{lane}"]').click()
            way = [GATEWAY, *(f"default/{service}@{lane}" for service in SERVICES)]
            assert ids(page, ".node.on") == set(way)
            assert ids(page, ".edge.on") == {
                f"{caller}>{called}" for caller, called in pairwise(way)
            }
        take(page, "console-topology-dark", 640, scheme="dark")


def a_request_goes_as_it_is_explained(page: Page) -> None:
    to(page, "Lanes")
    page.get_by_label("Request of lane").select_option("s2")
    page.locator(".sending").get_by_role("link", name="Explain").click()
    expect(page.locator(".chains")).to_contain_text("mocka-v2 → mockb-v2 → mockc-v2")
    take(page, "console-explain", 1000)
    page.get_by_role("button", name="Send it").click()
    taken = page.get_by_role("region", name="Promised and taken")
    expect(taken.get_by_text("as promised", exact=True)).to_have_count(3)


def a_wrong_label_is_told_until_it_is_mended(page: Page, walked: Walked) -> None:
    file = walked.folder / "mock-v3.yaml"
    whole = file.read_text()
    to(page, "Doctor")
    expect(page.get_by_text("Nothing is wrong.")).to_be_visible()
    save(file, whole.replace("ASM_TRAFFIC_TAG: v3", "ASM_TRAFFIC_TAG: v33", 2))
    symptom = page.get_by_role("row").filter(has_text="Response shows wrong version")
    expect(symptom.get_by_role("button")).to_have_text(re.compile("cause"))
    take(page, "console-doctor", 640)
    save(file, whole)
    expect(page.get_by_text("Nothing is wrong.")).to_be_visible(timeout=LONGER)


def shares_are_moved_by_sliders(page: Page, walked: Walked) -> None:
    second = EXAMPLES / "gitops"
    save(walked.folder / "lanes.yaml", (second / "lanes.yaml").read_text() + V3)
    route = (second / "route.yaml").read_text() + SHARE
    save(walked.folder / "route.yaml", route)
    walked.meets("v1", "v2")
    to(page, "Lanes")
    assert set(sent(page)) == {"v1", "v2"}

    page.get_by_role("button", name="Weights").click()
    page.get_by_role("slider", name="v3").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert shares(page) == ["45", "45", "10"]
    page.get_by_label("Share of v1 in percent").fill("60")
    expect(page.get_by_text("They add up to 115 %")).to_be_visible()
    expect(page.get_by_role("button", name="Apply")).to_be_disabled()
    share(page, v1=60, v2=30)
    walked.meets("v1", "v2", "v3")
    found = sent(page)
    assert found["v1"] > found["v3"]
    assert walked.weights() == [60, 30, 10]

    page.get_by_role("button", name="Weights").click()
    share(page, v1=50, v2=50, v3=0)
    walked.meets("v1", "v2")
    assert set(sent(page)) == {"v1", "v2"}
    assert (walked.folder / "route.yaml").read_text() == route


def a_release_is_begun(walked: Walked) -> None:
    """Commit the plan, and programs that fail now and then, so that there is something to plot."""
    spoil(walked.folder, "mockc-v3", {"fail_every": 25})
    spoil(walked.folder, "mockc-v1", {"fail_every": 50})
    save(walked.folder / "release.yaml", PLAN)
    git(walked.folder, "init", "--quiet", "--initial-branch=main")
    git(walked.folder, "config", "user.name", "me")
    git(walked.folder, "config", "user.email", "me@shop.test")
    git(walked.folder, "add", ".")
    git(walked.folder, "commit", "--quiet", "-m", "v3 is there, without weight")


def it_is_paused_resumed_and_taken_back(page: Page, walked: Walked) -> None:
    to(page, "Release")
    expect(phase(page)).to_have_text("not begun")
    expect(page.locator(".curl")).to_have_text(re.compile("^laneway release run .*release.yaml"))
    with carried_out(walked) as runner:
        with walked.asked():
            expect(phase(page)).to_have_text("running")
            expect(page.get_by_text("well", exact=True)).to_have_count(3, timeout=LONGER)
            take(page, "console-release", 640)
            say(page, "Pause", "paused")
            say(page, "Resume", "running")
            walked.meets("v1", "v2", "v3")
            say(page, "Abort", "aborted")
        assert runner.end() == 1, runner.said
    walked.meets("v1", "v2")
    assert walked.weights() == [50, 50, 0]
    to(page, "Lanes")
    assert set(sent(page)) == {"v1", "v2"}


def it_is_begun_again_and_promoted(page: Page, walked: Walked) -> None:
    to(page, "Release")
    with carried_out(walked, "--again"):
        expect(phase(page)).to_have_text("running")
        say(page, "Promote", "done")
    walked.meets("v3")
    to(page, "Lanes")
    assert sent(page) == {"v3": 100}


@contextmanager
def carried_out(walked: Walked, *words: str) -> Iterator[Said]:
    runner = walked.runner(*words)
    try:
        yield runner
    finally:
        kill(runner)


def shares(page: Page) -> list[str]:
    return [page.get_by_role("slider", name=lane).input_value() for lane in ("v1", "v2", "v3")]


def share(page: Page, **wanted: int) -> None:
    for lane, weight in wanted.items():
        page.get_by_label(f"Share of {lane} in percent").fill(str(weight))
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("status").filter(has_text="written to")).to_be_visible()


def say(page: Page, word: str, after: str) -> None:
    page.get_by_role("button", name=word, exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=word, exact=True).click()
    expect(phase(page)).to_have_text(after)


def phase(page: Page) -> Locator:
    return page.locator(".card .row .badge").first
