"""Whether the programs of a mesh get a network of their own, and opening it.

Comes in: what the user asked for, and what a killed mesh left. Goes out: the network, or None for
programs that live on this machine's. Nothing of the other kind is taken over: its proxies are
elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable

from laneway.apps.local.mesh.configuration import Options
from laneway.apps.local.mesh.pods import Pods
from laneway.apps.local.record.outside import sweep
from laneway.apps.local.record.state import MeshFolder


def opened_pods(folder: MeshFolder, options: Options, warn: Callable[[str], None]) -> Pods | None:
    """Open the network that is asked for. Raises OSError, NoRoomError.

    What a killed mesh left is ended first, if either of the two has a network of its own.
    """
    wanted = options.intercept != "off" and _is_possible(options, warn)
    record = folder.read()
    had = record is not None and record.interception is not None
    if (wanted or had) and (ended := sweep(folder)):
        warn(f"ended {ended} processes of a killed mesh")
    if not wanted:
        return None
    from laneway.apps.local.mesh.private import PrivateMesh  # noqa: PLC0415 - for few meshes

    return PrivateMesh.open(folder, options.host_ports)


def _is_possible(options: Options, warn: Callable[[str], None]) -> bool:
    """Whether this system can do it. Raises OSError where it must and cannot."""
    from laneway.adapters.netns import probe  # noqa: PLC0415 - as above

    missing = probe()
    if not missing:
        return True
    text = f"programs cannot have a network of their own here: {missing}"
    if options.intercept == "on":
        raise OSError(text)
    warn(text)
    return False
