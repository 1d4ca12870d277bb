"""Whether observers of a step may join while the step before it is still on its way.

Comes in: who looks at what of both steps. Goes out: yes or no. An observer that joins so early may
be sent the step before it later than proxies are. What it looks at by name, and does not see, it
will see of its own step alone, as neither state before that has it. A digest would be another by
the step before as well, and would tell of a step that nobody has written.
"""

from __future__ import annotations

from laneway.core.live.watching import MOST, Watching


def may_join_ahead(ahead: Watching, beside: Watching) -> bool:
    """Whether all is seen by name, and no istiod has more observers than it may have.

    Whoever writes the step has to see first that nothing of it was seen.
    """
    sights = (sight for watch in ahead.watches for sight in watch.sights)
    room = len(ahead.watches) + len(beside.watches) <= MOST
    return room and not any(one.differs for one in sights)
