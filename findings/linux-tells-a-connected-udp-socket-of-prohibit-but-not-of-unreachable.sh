#!/bin/sh
# Linux, IPv4: a router that refuses a datagram says so by ICMP, and a connected UDP socket is meant
# to hear of it. It hears of a `prohibit` route (as EHOSTUNREACH). Of "network unreachable" (no route)
# and "host unreachable" (an `unreachable` route) it does not: the kernel counts those as passing, and
# the client waits until its own timeout. With IP_RECVERR it hears of all three, and so does TCP while
# it connects. Whoever wants UDP clients to fail soon prohibits.
#
# Seen with Linux 6.18, pyroute2 0.9.7, Python 3.11; ends with 77 where nobody may make a network
# namespace of an own user namespace:
#   no route: UDP timeout, UDP with IP_RECVERR ENETUNREACH, TCP ENETUNREACH
#   unreachable: UDP timeout, UDP with IP_RECVERR EHOSTUNREACH, TCP EHOSTUNREACH
#   prohibit: UDP EHOSTUNREACH, UDP with IP_RECVERR EHOSTUNREACH, TCP EHOSTUNREACH
set -eu
unshare -Urn true 2>/dev/null || { echo "no namespaces here: not watched"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" pyroute2==0.9.7
cat >"$folder/client.py" <<'PY'
import errno
import socket

from pyroute2 import IPRoute

IP_RECVERR = 11


def outcome(kind: socket.SocketKind, where: str, hears_all: bool = False) -> str:
    with socket.socket(socket.AF_INET, kind) as client:
        client.settimeout(2)
        if hears_all:
            client.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        try:
            client.connect((where, 9000))
            client.send(b"x")
            client.recv(1)
        except TimeoutError:
            return "timeout"
        except OSError as refused:
            return errno.errorcode[refused.errno]
    return "an answer"


print("made", flush=True)
input()
with IPRoute() as ipr:
    link = ipr.link_lookup(ifname="far")[0]
    ipr.addr("add", index=link, address="192.0.2.2", prefixlen=24)
    ipr.link("set", index=link, state="up")
    ipr.route("add", dst="default", gateway="192.0.2.1")
places = {"no route": "203.0.113.1", "unreachable": "203.0.113.2", "prohibit": "203.0.113.3"}
for refusal, where in places.items():
    udp = outcome(socket.SOCK_DGRAM, where)
    hearing = outcome(socket.SOCK_DGRAM, where, hears_all=True)
    tcp = outcome(socket.SOCK_STREAM, where)
    print(f"{refusal}: UDP {udp}, UDP with IP_RECVERR {hearing}, TCP {tcp}", flush=True)
PY
cat >"$folder/router.py" <<'PY'
import subprocess
import sys
from pathlib import Path

from pyroute2 import IPRoute

SETTINGS = Path("/proc/sys/net/ipv4")

client = ["unshare", "-n", sys.executable, sys.argv[1]]
with (
    subprocess.Popen(client, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started,
    IPRoute() as ipr,
):
    assert started.stdout.readline() == "made\n"
    (SETTINGS / "ip_forward").write_text("1")
    (SETTINGS / "icmp_ratelimit").write_text("0")
    ipr.link("add", ifname="near", kind="veth", peer={"ifname": "far", "net_ns_pid": started.pid})
    near = ipr.link_lookup(ifname="near")[0]
    ipr.addr("add", index=near, address="192.0.2.1", prefixlen=24)
    ipr.link("set", index=near, state="up")
    ipr.route("add", dst="203.0.113.2/32", type="unreachable")
    ipr.route("add", dst="203.0.113.3/32", type="prohibit")
    print(started.communicate("go\n", timeout=30)[0], end="")
PY
cat >"$folder/wanted" <<'END'
no route: UDP timeout, UDP with IP_RECVERR ENETUNREACH, TCP ENETUNREACH
unreachable: UDP timeout, UDP with IP_RECVERR EHOSTUNREACH, TCP EHOSTUNREACH
prohibit: UDP EHOSTUNREACH, UDP with IP_RECVERR EHOSTUNREACH, TCP EHOSTUNREACH
END
export PYTHONPATH="$folder/packages"
timeout 60 unshare -Urn python3 "$folder/router.py" "$folder/client.py" | tee "$folder/seen"
cmp -s "$folder/wanted" "$folder/seen"
