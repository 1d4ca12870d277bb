"""What `laneway verify --context` says at the end."""

from __future__ import annotations

from laneway.apps.local.verify.lane_report import LaneReport, last_line
from laneway.apps.local.verify.passages import Passage
from laneway.apps.local.verify.tally import Tallied
from laneway.core.findings.codes.verifying import LANE_NOT_SEEN
from laneway.core.findings.finding import finding
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
