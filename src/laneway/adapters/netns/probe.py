"""Whether this system gives what a private network needs.

Comes in: nothing. Goes out: nothing if it does, else one message: what is missing, and what brings
it. Everything is tried, down to a connection that is led elsewhere and still knows where it was to
go: what a kernel can do is not written anywhere, and a user namespace may load no module.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import tempfile
from pathlib import Path
from struct import unpack_from

from laneway.adapters.netns.holding import NetworkError
from laneway.adapters.netns.network import PrivateNetwork
from laneway.adapters.netns.pods import MeshNetwork, PodNetwork

BRIDGE, POD, PORT = "10.0.0.1", "10.0.1.1", 15001
ELSEWHERE = ("192.0.2.1", 80)
"""An address that is nobody's. https://www.rfc-editor.org/rfc/rfc5737"""

_ORIGINAL_DESTINATION = 80  # linux/netfilter_ipv4.h
_TCP = (socket.AF_INET, socket.SOCK_STREAM, 0)
_MODULES = "veth bridge nf_tables nft_chain_nat nft_redir nft_nat nf_conntrack"
_LOAD = f"`sudo modprobe -a {_MODULES}` loads what a kernel has as modules"
_USERS = (
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("user/max_user_namespaces", "0", "10000"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
)
"""What forbids ordinary users a user namespace: a setting, the value that does, one that does not.
https://manpages.debian.org/bookworm/procps/sysctl.8.en.html"""


def probe() -> str:
    """Try all of it, which takes about a tenth of a second."""
    if sys.platform != "linux":
        return "interception needs Linux, with its network namespaces"
    with tempfile.TemporaryDirectory(prefix="laneway-probe-") as folder:
        try:
            network = PrivateNetwork.open(Path(folder), MeshNetwork(BRIDGE), dict(os.environ))
            try:
                network.settle({"pod": PodNetwork(POD, PORT)})
                reached = _destination(network)
            finally:
                network.close()
        except OSError as error:
            return f"{error}: {_missing(error)}"
    if reached != ELSEWHERE:
        return f"a redirected connection does not tell where it was to go: {_LOAD}"
    return ""


def _destination(network: PrivateNetwork) -> tuple[str, int]:
    """Have a connection redirected; return where its other end says it was to go."""
    listener, caller = network.sockets("pod", _TCP, _TCP)
    with listener, caller:
        listener.settimeout(1)
        caller.settimeout(1)
        listener.bind(("127.0.0.1", PORT))
        listener.listen()
        caller.connect(ELSEWHERE)
        with listener.accept()[0] as accepted:
            found = accepted.getsockopt(socket.IPPROTO_IP, _ORIGINAL_DESTINATION, 16)
    return socket.inet_ntoa(found[4:8]), unpack_from("!H", found, 2)[0]


def _missing(error: OSError) -> str:
    """Say what brings what is missing."""
    number = error.number if isinstance(error, NetworkError) else error.errno
    if number in (errno.EPERM, errno.EACCES, errno.ENOSPC):
        return forbidden()
    return _LOAD


def forbidden(settings: Path = Path("/proc/sys")) -> str:
    """Say why this user may have no namespaces."""
    for name, value, other in _USERS if os.geteuid() else ():
        if _read(settings / name) == value:
            dotted = name.replace("/", ".")
            return f"{dotted} is {value}; `sudo sysctl -w {dotted}={other}` allows it, as root does"
    return (
        "this system forbids namespaces; a container needs "
        "`--cap-add SYS_ADMIN --cap-add NET_ADMIN --security-opt seccomp=unconfined`"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except OSError:
        return ""
