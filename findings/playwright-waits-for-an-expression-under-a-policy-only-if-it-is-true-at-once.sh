#!/bin/sh
# Playwright 1.65.2 for Python: page.wait_for_function() takes an expression (`window.ready`) or a
# function (`() => window.ready`). On a page whose Content-Security-Policy does not allow eval, the
# expression is a success if it is true at the first look, and an EvalError as soon as there has to be
# a second one. page.evaluate() of it works at any time, and so does waiting for the function. So a test
# passes or fails by how quick the page was, and the error speaks of the page's policy.
#
# Needs a Chromium: $CHROMIUM, or `chromium` on the path; ends with 77 where there is none.
# Seen with playwright 1.65.2, Chromium 156.0.8078.114, Python 3.11:
#   no policy: expression, true at once: waited; true later: waited
#   no policy: function, true at once: waited; true later: waited
#   script-src 'self': expression, true at once: waited; true later: EvalError
#   script-src 'self': function, true at once: waited; true later: waited
#   script-src 'self': evaluate of the expression, later: True
set -eu
chromium=${CHROMIUM:-$(command -v chromium || true)}
[ -n "$chromium" ] || { echo "skipped: there is no chromium" >&2; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" playwright==1.65.2
cat >"$folder/program.py" <<'PY'
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from playwright.sync_api import Error, sync_playwright

FORMS = {"expression": "window.isReady", "function": "() => window.isReady"}
POLICIES = ["no policy", "script-src 'self'"]


class Server(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/1":
            self.send_header("Content-Security-Policy", POLICIES[1])
        self.end_headers()
        self.wfile.write(b"<title>A page</title>")

    def log_message(self, *_):
        pass


def waited(form):
    try:
        page.wait_for_function(form)
    except Error as error:
        return error.message.split(": ")[1]
    return "waited"


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=sys.argv[1])
    page = browser.new_page()
    for number, policy in enumerate(POLICIES):
        page.goto(f"http://127.0.0.1:{server.server_port}/{number}")
        for name, form in FORMS.items():
            page.evaluate("() => { window.isReady = true }")
            first = waited(form)
            page.evaluate(
                "() => { window.isReady = false; setTimeout(() => { window.isReady = true }, 1000) }"
            )
            print(f"{policy}: {name}, true at once: {first}; true later: {waited(form)}")
    page.wait_for_function(FORMS["function"])
    print(f"{policy}: evaluate of the expression, later: {page.evaluate(FORMS['expression'])}")
    browser.close()
PY
PYTHONPATH="$folder/packages" HOME="$folder" python3 "$folder/program.py" "$chromium" |
    tee "$folder/seen"
cat >"$folder/wanted" <<'END'
no policy: expression, true at once: waited; true later: waited
no policy: function, true at once: waited; true later: waited
script-src 'self': expression, true at once: waited; true later: EvalError
script-src 'self': function, true at once: waited; true later: waited
script-src 'self': evaluate of the expression, later: True
END
cmp -s "$folder/wanted" "$folder/seen"
