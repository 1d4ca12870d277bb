#!/bin/sh
# dulwich 1.2.21: a client over HTTP is made with `dumb=False` unless somebody says otherwise, and takes
# a server for a dumb one all the same, if its answer has another Content-Type than that of Git's own
# protocol. Then it asks for single files, objects and whole packs, none of which goes through the
# callback by which a caller of `fetch_pack` would count bytes before they are in memory. Whoever
# wants the protocol alone has to refuse such an answer below the client.
#
# Seen with dulwich 1.2.21, git 2.39.5, Python 3.11:
#   dumb=False: asks for /shop.git/info/refs and then for /shop.git/objects/info/packs
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/library" dulwich==1.2.21

cat >"$folder/finding.py" <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from dulwich.client import HttpGitClient
from dulwich.errors import NotGitRepository

commit = b"1" * 40
asked = []


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.partition("?")[0]
        asked.append(path)
        is_refs = path.endswith("/info/refs")
        self.send_response(200 if is_refs else 404)
        self.send_header("Content-Type", "text/plain")
        self.end_headers()
        if is_refs:
            self.wfile.write(commit + b"\trefs/heads/main\n")

    def log_message(self, *_):
        pass


class Nothing:
    shallow = frozenset()

    def __next__(self):
        return None

    def ack(self, _):
        pass

    def nak(self):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = HttpGitClient(f"http://127.0.0.1:{server.server_address[1]}", dumb=False)
try:
    client.fetch_pack(b"/shop.git", lambda refs, **_: [commit], Nothing(), lambda raw: None)
except (NotGitRepository, KeyError):
    pass  # there is no such file
first, second, *_ = dict.fromkeys(asked)
print(f"dumb=False: asks for {first} and then for {second}")
PY
PYTHONPATH="$folder/library" python3 "$folder/finding.py" | tee "$folder/seen"
grep -q 'asks for /shop.git/info/refs and then for /shop.git/objects/' "$folder/seen"
