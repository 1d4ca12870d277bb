"""What `laneway verify --context` says at the end."""

from __future__ import annotations

from laneway.apps.terminal.lane_text import last_line
from laneway.core.findings.codes.verifying import LANE_NOT_SEEN
from laneway.core.findings.finding import finding
from laneway.core.judging.coverage import Covered
from laneway.core.judging.lane_report import LaneReport, as_value
from laneway.core.judging.passages import Passage
from laneway.core.judging.tally import Tallied
from laneway.core.mesh.names import Host
from laneway.core.resources.meta import Ref

CALLER = Ref("Deployment", "default", "a-v1")
KEPT = Tallied(Passage((CALLER,), "test", Host("b.default.svc.cluster.local"), (3,), 3, 0))
UNSEEN = finding(LANE_NOT_SEEN, None, "", services="default/c-v1", it="it passes")


def test_the_last_line_claims_no_more_than_was_seen() -> None:
    whole = LaneReport("shop", (KEPT,), (), frozenset(), 3, 3, 1.0)
    part = LaneReport("shop", (KEPT,), (UNSEEN,), frozenset(), 3, 3, 1.0)

    assert last_line(whole).startswith("Every lane goes on where it has to: 3 requests")
    assert last_line(part).startswith("No lane was lost where one was seen: 3 requests")


def test_a_service_that_no_lane_came_to_is_not_known() -> None:
    far = Host("c.default.svc.cluster.local")
    part = Covered((("s1", far),), (("s1", far),))
    report = LaneReport("shop", (KEPT,), (), frozenset(), 3, 3, 1.0, part)
    quiet = LaneReport("shop", (), (), frozenset(), 0, 3, 1.0)

    assert (report.verdict, quiet.verdict) == ("untested", "untested")
    assert last_line(report) == (
        "Not all tested: lanes were not met at 1 of 1 services (s1 at c); 3 requests one by one, "
        "in 1.0 s."
    )
    assert as_value(report)["untested"] == [{"lane": "s1", "service": "default/c"}]
