"""Files of the console's page, given to a browser without a server.

Comes in: a context, and texts for paths that no file has. Goes out: the pages under `PLACE`, under
the policy that the console has. For tests of one part of the page; whoever tests the console
starts it.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Route

import laneway

PLACE = "http://console.test"
PAGE = Path(laneway.__file__).parent / "apps" / "console" / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def serve(context: BrowserContext, texts: Mapping[str, str]) -> None:
    """Answer everything under `PLACE`: a text that is given, else a file of the page, else 404."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        file = PAGE / path.removeprefix("/")
        kind = mimetypes.guess_type(path)[0] or "text/html"
        headers = {"content-type": f"{kind}; charset=utf-8", "content-security-policy": POLICY}
        if path in texts:
            route.fulfill(body=texts[path], headers=headers)
        elif file.is_file():
            route.fulfill(body=file.read_bytes(), headers=headers)
        else:
            route.fulfill(status=404, body="", headers=headers)

    context.route(f"{PLACE}/**", answer)
