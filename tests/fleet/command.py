"""`laneway` for meshes of programs that start slowly, and for one without the lane filter.

Comes in: the words of a command; `--unfiltered` before them leaves the filter out of every
listener, as in an Istio mesh that was given none: `laneway up` has it built in, and a comparison
needs both. A program may take ten minutes to listen: several of Java that start at once on a busy
machine take more than a person would wait for one.
"""

from __future__ import annotations

import sys

from laneway.apps.cli import main
from laneway.core.emit.envoy.config import Block
from laneway.core.emit.envoy.wasm import LaneFilters
from laneway.core.fleet import next_step


def _none(*_: object) -> list[Block]:
    return []


def _leave_out_the_filter() -> None:
    for place in ("coming_from_outside", "coming_in", "going_out"):
        getattr(LaneFilters, place)  # fails where a place is called otherwise by now
        setattr(LaneFilters, place, _none)


if __name__ == "__main__":
    next_step.PATIENCE = 600.0
    if sys.argv[1] == "--unfiltered":
        del sys.argv[1]
        _leave_out_the_filter()
    main()
