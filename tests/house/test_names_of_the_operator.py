"""Reasons and metrics that others may rest on stand in the docs, and the docs name no others."""

import re
from pathlib import Path

from laneway.core.keeping.names import METRICS, REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "on-your-cluster.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, flags=re.MULTILINE))


def test_every_reason_and_metric_is_documented_as_it_is_said() -> None:
    assert {**REASONS, **METRICS}.items() <= ROWS.items()


def test_the_page_names_no_reason_or_metric_that_is_none() -> None:
    told = {name for name in ROWS if name[0].isupper() or "_" in name}

    assert told <= {**REASONS, **METRICS}.keys()
