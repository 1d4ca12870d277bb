"""Who has a port that a gateway should have, in words.

Comes in: a port. Goes out: the name of another mesh, or the program and its number, or as much as
this user may see.
"""

from __future__ import annotations

import pwd
from pathlib import Path

from laneway.adapters.processes import Holder, first_unprivileged_port, holder_of
from laneway.core.fleet.placing import GATEWAY_ADDRESS


def holder_text(port: int) -> str:
    """Say who has a port of this machine's."""
    if port < first_unprivileged_port():
        return "the system: only its administrator may listen there"
    found = holder_of(GATEWAY_ADDRESS, port)
    return "a mesh that is just starting" if found is None else words(found)


def words(found: Holder) -> str:
    """Say who a holder is. The mark of a mesh's proxy is its folder, then `envoy`.

    >>> words(Holder(0, 4711, "nginx")), words(Holder(0, 4712, "envoy", "/laneway/shop/envoy"))
    ('nginx (process 4711)', 'mesh shop (process 4712)')
    """
    folder = Path(found.mark)
    if found.mark and folder.name == "envoy":
        return f"mesh {folder.parent.name} (process {found.pid})"
    if found.pid:
        return f"{found.program} (process {found.pid})"
    return f"a program of user {_user(found.user)}"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
