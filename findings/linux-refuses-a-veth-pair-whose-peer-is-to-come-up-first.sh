#!/bin/sh
# Linux, veth: one netlink message makes a pair of links, with flags for each end. IFF_UP on the main
# end works. IFF_UP on the peer (in VETH_INFO_PEER), or on both, is refused with ENOTCONN and makes
# nothing: the kernel brings the peer up before the two ends know each other. A pair that is to be up
# takes a second message for the peer.
#
# Seen with Linux 6.18, pyroute2 0.9.7, Python 3.11; ends with 77 where nobody may make a network
# namespace of an own user namespace:
#   neither up: made, ends up: none
#   main up: made, ends up: main
#   peer up: ENOTCONN, links made: 0
#   both up: ENOTCONN, links made: 0
set -eu
unshare -Urn true 2>/dev/null || { echo "no namespaces here: not watched"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" pyroute2==0.9.7
cat >"$folder/pairs.py" <<'PY'
import errno
import socket
import struct

from pyroute2 import IPRoute
from pyroute2.netlink import NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST
from pyroute2.netlink.rtnl import RTM_NEWLINK
from pyroute2.netlink.rtnl.ifinfmsg import IFF_UP, ifinfmsg

FLAGS = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL


def end(name: str, up: int, *more: tuple) -> dict:
    return {"flags": up, "change": up, "attrs": [("IFLA_IFNAME", name), *more]}


def ask(link: dict) -> int:
    message = ifinfmsg()
    message.setvalue(link)
    message["header"] |= {"type": RTM_NEWLINK, "flags": FLAGS, "sequence_number": 1}
    message.encode()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.send(message.data)
        return -struct.unpack_from("=i", kernel.recv(4096), 16)[0]


def pair(ipr: IPRoute, main: int, peer: int) -> str:
    data = {"attrs": [("VETH_INFO_PEER", end("peer", peer))]}
    kind = {"attrs": [("IFLA_INFO_KIND", "veth"), ("IFLA_INFO_DATA", data)]}
    code = ask(end("main", main, ("IFLA_LINKINFO", kind)))
    if code:
        links = [link for link in ipr.get_links() if link.get("ifname") in ("main", "peer")]
        return f"{errno.errorcode[code]}, links made: {len(links)}"
    up = [
        name
        for name in ("main", "peer")
        if ipr.link("get", index=ipr.link_lookup(ifname=name)[0])[0]["flags"] & IFF_UP
    ]
    ipr.link("del", index=ipr.link_lookup(ifname="main")[0])
    return "made, ends up: " + (" ".join(up) or "none")


with IPRoute() as ipr:
    print("neither up:", pair(ipr, 0, 0))
    print("main up:", pair(ipr, IFF_UP, 0))
    print("peer up:", pair(ipr, 0, IFF_UP))
    print("both up:", pair(ipr, IFF_UP, IFF_UP))
PY
cat >"$folder/wanted" <<'END'
neither up: made, ends up: none
main up: made, ends up: main
peer up: ENOTCONN, links made: 0
both up: ENOTCONN, links made: 0
END
export PYTHONPATH="$folder/packages"
timeout 30 unshare -Urn python3 "$folder/pairs.py" | tee "$folder/seen"
cmp -s "$folder/wanted" "$folder/seen"
