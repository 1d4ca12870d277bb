"""A cluster of one program that sleeps, which starts and ends as a real one does.

Comes in: the words of `tests/cluster/serving.py`. It is apart so that the end of a cluster can be
tried in no time.
"""

import sys
from pathlib import Path

from tests.cluster.api_server import ApiServer
from tests.cluster.children import Children
from tests.cluster.control_plane import ControlPlane
from tests.cluster.serving import serve


def sleep(folder: Path, versions: tuple[str, ...], children: Children) -> ControlPlane:
    assert not versions
    children.start("sleeper", ("sleep", "1000"), {})
    return ControlPlane(folder, ApiServer(0, "", folder), {})


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1]), tuple(sys.argv[2:]), sleep))
