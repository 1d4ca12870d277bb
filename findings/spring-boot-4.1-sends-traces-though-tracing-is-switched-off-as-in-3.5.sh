#!/bin/sh
# Spring Boot 4.1.2: `management.tracing.enabled=false`, which in 3.5 switches tracing off, is not
# known any more. Nothing is said at the start, and traceparent and baggage go on to the next service as
# before. The setting is called management.tracing.export.enabled since 4.0, which the jar's own
# metadata says (deprecated, level error, replaced), and the migrator for properties would tell.
# https://docs.spring.io/spring-boot/reference/actuator/tracing.html
#
# Seen with Spring Boot 4.1.2, micrometer-tracing-bridge-otel 1.7.2, Java 17:
#   as installed: baggage: lane=s2, traceparent with the trace that came
#   management.tracing.enabled=false: baggage: lane=s2, traceparent with the trace that came
#   management.tracing.export.enabled=false: nothing
set -eu
here=$(cd -- "$(dirname -- "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -R "$here/../examples/sdks/programs/java-spring" "$folder/program"
mvn --quiet --batch-mode --no-transfer-progress --file "$folder/program/pom.xml" -P otel \
    -Dmaven.wagon.rto=60000 -Dmaven.wagon.http.retryHandler.count=3 package
cat >"$folder/ask.py" <<'PY'
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


class Next(BaseHTTPRequestHandler):
    def do_GET(self):
        found = []
        if "baggage" in self.headers:
            found.append(f"baggage: {self.headers['baggage']}")
        if TRACE in self.headers.get("traceparent", ""):
            found.append("traceparent with the trace that came")
        print(", ".join(found) or "nothing", flush=True)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


behind = HTTPServer(("127.0.0.1", 0), Next)
threading.Thread(target=behind.serve_forever, daemon=True).start()
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
told = {"HOST": "127.0.0.1", "PORT": str(port), "SERVICE": "cart", "VERSION": "v1"}
told["NEXT"] = f"http://127.0.0.1:{behind.server_port}/"
command = ["java", *sys.argv[2:], "-jar", sys.argv[1]]
child = subprocess.Popen(command, env=os.environ | told, stdout=subprocess.DEVNULL)
try:
    while child.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            time.sleep(0.1)
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/")
    asked.add_header("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")
    asked.add_header("baggage", "lane=s2")
    urllib.request.urlopen(asked, timeout=60).read()
finally:
    child.send_signal(signal.SIGKILL)
    child.wait()
PY

for setting in "" -Dmanagement.tracing.enabled=false -Dmanagement.tracing.export.enabled=false; do
    name=${setting#-D}
    # shellcheck disable=SC2086 # one word or none
    echo "${name:-as installed}: $(python3 "$folder/ask.py" "$folder/program/target/otel.jar" $setting)"
done | tee "$folder/seen"
cat >"$folder/wanted" <<'END'
as installed: baggage: lane=s2, traceparent with the trace that came
management.tracing.enabled=false: baggage: lane=s2, traceparent with the trace that came
management.tracing.export.enabled=false: nothing
END
cmp -s "$folder/wanted" "$folder/seen"
