"""A browser's cookies on real Envoy: a link leads into a lane, and the cookie keeps it there."""

from __future__ import annotations

from http.cookiejar import CookieJar
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.wire.chains import Chain, RunningChain
from tests.wire.laneway_up import Answer

pytestmark = pytest.mark.envoy

LANES = {"s1": "mocka mockb mockc", "s2": "mocka mockc", "s3": "mocka mockb mockc"}
ANNOTATED = "metadata: {name: mock, annotations: {laneway.dev/lane-cookie: to}}"


def browsed(chain: Chain) -> str:
    assert "metadata: {name: mock}" in chain.yaml
    return chain.yaml.replace("metadata: {name: mock}", ANNOTATED)


def versions(browser: OpenerDirector, url: str) -> tuple[str, ...]:
    with browser.open(url, timeout=10) as response:
        answer = Answer(response.status, response.read().decode())
    return tuple(hop.version for hop in answer.hops)


@pytest.mark.parametrize("weights", [{}, {"s1": 100, "s2": 0, "s3": 0}], ids=["rules", "weights"])
def test_a_browser_stays_in_the_lane_whose_link_it_opened(
    chain_mesh: RunningChain, weights: dict[str, int]
) -> None:
    chain = Chain(LANES, trace_header="x-asm-prefer-tag", weights=weights)
    mesh = chain_mesh.become(browsed(chain))
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))

    links = {lane: mesh.command("open", lane).splitlines()[0] for lane in ("s2", "s3")}
    base = links["s2"].partition("?")[0]
    opened = versions(browser, links["s2"])
    after = [versions(browser, base) for _ in range(5)]
    other = [versions(browser, links["s3"]), versions(browser, f"{base}?page=2")]
    kept = {cookie.name: cookie.value for cookie in jar}
    with browser.open(f"{base}?to=", timeout=10) as response:
        left = response.read().decode()

    assert opened == chain.promised("s2")
    assert set(after) == {chain.promised("s2")}
    assert other == [chain.promised("s3")] * 2
    assert kept == {"to": "s3"}
    assert left == "You are in no lane any more.\n"
    assert not list(jar)
