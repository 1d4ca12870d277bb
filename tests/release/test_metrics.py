"""What a real Prometheus scraped of proxies, as a release counts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from laneway.adapters.files import read_paths
from laneway.adapters.metrics import MetricsError, MetricsServer
from laneway.apps.release.metrics_side import MetricsSide
from laneway.core.mesh.link import link
from laneway.core.release.counts import ALL, Pods, grown
from laneway.core.resources.releases.plan import ErrorGate, FigureGate, Plan, ReleaseStage
from laneway.core.views.traffic.cluster import is_unrouted, unrouted_query
from tests.cluster.children import Children
from tests.cluster.scraping import prometheus, scrape
from tests.conftest import Had
from tests.release.exporter import Exporter, exporting
from tests.wire.laneway_up import laneway
from tests.wire.staged import EXAMPLE, git, repository, until

BOUNDS = (
    FigureGate("memory", resource="memory", above=100.0),
    FigureGate("queue", "sum(shop_queue_length)", above=10.0),
    FigureGate("nothing", "shop_nothing", above=10.0),
)
PLAN = Plan(
    "v2", "v2", "v1", 50, (ErrorGate(0.01), *BOUNDS), (ReleaseStage({"v2": 100}, 1, 1),), "d", "p"
)


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    with exporting() as found:
        yield found


@pytest.fixture(scope="module")
def server(
    exporter: Exporter, tmp_path_factory: pytest.TempPathFactory, had: Had
) -> Iterator[MetricsServer]:
    had(prometheus)
    tmp_path = tmp_path_factory.mktemp("prometheus")
    alerts = tmp_path / "alerts.yaml"
    alerts.write_text("[]")
    target = f"127.0.0.1:{exporter.server_address[1]}"
    children = Children(tmp_path)
    try:
        scraping = scrape(tmp_path / "prometheus", children, target, alerts)
        yield MetricsServer(f"http://127.0.0.1:{scraping.port}")
    finally:
        children.kill()


def test_counters_are_taken_as_they_were_scraped_also_where_a_proxy_began_anew(
    exporter: Exporter, server: MetricsServer
) -> None:
    side = MetricsSide(server, PLAN, link(read_paths([str(EXAMPLE)])))
    until(lambda: bool(_of(side, "v2").get("mocka-v2")))
    _of(side, "v2")
    before = _of(side, "v2"), _of(side, "v1")

    def counted() -> tuple[int, int, int, int]:
        new, stable = grown(before[0], _of(side, "v2")), grown(before[1], _of(side, "v1"))
        return new.answers, new.errors, new.within.get(ALL, 0), stable.answers

    exporter.answers = {"mocka-v1": (15, 1), "mocka-v2": (120, 12)}
    until(lambda: counted() == (110, 10, 110, 5))
    exporter.answers = {"mocka-v1": (15, 1), "mocka-v2": (30, 3)}
    until(lambda: counted() == (143, 13, 143, 5))

    live = side.live()
    assert live
    assert live.weights is None
    assert live.hops == ("mocka", "mockb", "mockc")
    assert live.figures == {"memory": (120.0,), "queue": (3.0,), "nothing": ()}


def test_requests_without_a_route_count_whole_also_where_their_series_is_new(
    exporter: Exporter, server: MetricsServer
) -> None:
    def counted() -> list[float]:
        found = server.vector(unrouted_query(["istio-system"]))
        return [one.samples[0][1] for one in found if is_unrouted(one.labels)]

    assert counted() == []
    exporter.unrouted = 7
    until(lambda: counted() == [7])
    exporter.unrouted = 9
    until(lambda: counted() == [9])
    assert server.vector(unrouted_query(["elsewhere"])) == ()


def _of(side: MetricsSide, lane: str) -> Pods:
    live = side.live()
    return live.sample["mocka", lane] if live else {}


def test_a_server_that_leads_elsewhere_refuses_or_is_away_is_an_error(
    exporter: Exporter, server: MetricsServer
) -> None:
    here = f"http://127.0.0.1:{exporter.server_address[1]}"
    for url in (f"{here}/elsewhere", f"{here}/empty", "http://127.0.0.1:1"):
        with pytest.raises(MetricsError):
            MetricsServer(url).values("up")
    with pytest.raises(MetricsError, match="parse error"):
        server.values("sum(")
    assert server.values("1 + 1") == (2.0,)


def test_a_release_is_judged_by_a_server_that_the_runners_own_configuration_names(
    exporter: Exporter, server: MetricsServer, tmp_path: Path
) -> None:
    folder = tmp_path / "shop"
    repository(folder, {})
    plan = folder / "release.yaml"
    plan.write_text(
        plan.read_text().replace(
            "  lane: v3", "  metrics: main\n  notify: [gone, chat]\n  lane: v3"
        )
    )
    git(folder, "commit", "--quiet", "--all", "-m", "by a server")
    services = ("mocka", "mockb", "mockc")
    exporter.answers = {f"{one}-{lane}": (0, 0) for one in services for lane in ("v1", "v3")}

    unknown = laneway("release", "run", "release.yaml", cwd=folder)
    assert unknown.returncode == 2
    assert "has no [metrics.main]" in unknown.stderr

    own = tmp_path / "own.toml"
    (tmp_path / "token").write_text("secret\n")
    hook = f"http://127.0.0.1:{exporter.server_address[1]}/hook"
    own.write_text(
        f'[metrics.main]\nurl = "{server.url}"\n'
        f'[webhooks.chat]\nurl = "{hook}"\ntoken-file = "{tmp_path / "token"}"\n'
        '[webhooks.gone]\nurl = "http://127.0.0.1:1/"\n'
    )
    exporter.grows = True
    ended = laneway("release", "run", "release.yaml", "--config", str(own), cwd=folder)

    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "worse is errors at mocka, errors at mockb, errors at mockc" in git(
        folder, "log", "-1", "--format=%s"
    )
    assert {token for token, _ in exporter.told} == {"Bearer secret"}
    texts = [told["text"] for _, told in exporter.told]
    assert [text.splitlines()[0] for text in texts] == [
        "release v3: stage 1 of 2",
        "release v3: ended at stage 1, worse is errors at mocka, errors at mockb, errors at mockc",
        "release v3: aborted: it was ended at stage 1",
    ]
    assert "not told to others: 127.0.0.1 does not answer" in ended.stdout
