"""Laneway as it is, with a console that looks more often: a test need not wait as people do.

Proxies are asked as seldom as ever: each is read at a moment of its own, so that shorter times
between two reads would tell less surely how many requests there were.
"""

from laneway.apps.cli import main
from laneway.apps.cluster.following import SeenByUser
from laneway.apps.console.grounds.cluster_traffic import MeasuredTraffic

RIGHTS = 2.0
"""Seconds between two looks at what a user may see."""

if __name__ == "__main__":
    said = SeenByUser.__init__.__kwdefaults__
    assert said is not None
    said["again"] = RIGHTS
    MeasuredTraffic.pause = 1
    main()
