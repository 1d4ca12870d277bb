"""A mesh on real Envoy with its console, and what a walk through both seeds does again and again.

Comes in: a folder. Goes out: the services of the first seed as a mesh that runs, in a folder that a
person edits, and the link into its console; requests that go on while somebody looks; what a page
says of a hundred requests.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Page, expect

from laneway.apps.local.record.outside import bring_down
from laneway.apps.local.record.state import mesh_folder
from tests.browser.consoles import copied
from tests.wire.laneway_up import Said, Up
from tests.wire.staged import until

SERVICES = ("mocka", "mockb", "mockc")
PATH = "/mock"
LONGER = 60_000
"""Milliseconds for what takes requests in numbers."""


class Walked(Struct, frozen=True):
    """A mesh, the folder that it follows, that of its state, and the link into its console."""

    folder: Path
    state: Path
    up: Up
    link: str

    @contextmanager
    def asked(self, *lanes: str) -> Iterator[None]:
        """Send requests for the length of a block: of each lane in turn, or of none."""
        over = threading.Event()
        headers: list[Mapping[str, str]] = [{"x-asm-prefer-tag": lane} for lane in lanes] or [{}]

        def send() -> None:
            while not over.wait(0.01):
                for one in headers:
                    self.up.ask(PATH, dict(one))

        sender = threading.Thread(target=send)
        sender.start()
        try:
            yield
        finally:
            over.set()
            sender.join()

    def meets(self, *versions: str, lane: str = "") -> None:
        """Wait until requests meet these versions and no others: an edit is live."""
        headers = {"x-asm-prefer-tag": lane} if lane else {}

        def is_so() -> bool:
            answers = [self.up.ask(PATH, headers) for _ in range(60)]
            return set().union(*(one.versions for one in answers)) == set(versions)

        until(is_so, 60)

    def runner(self, *words: str) -> Said:
        """Have the release carried out that is planned in the folder."""
        return Said("release", "run", "release.yaml", *words, cwd=self.folder)

    def weights(self) -> list[int]:
        """Return the weights of the split, as its file has them."""
        text = (self.folder / "route.yaml").read_text()
        return [int(one) for one in re.findall(r"weight: (\d+)", text)]


@contextmanager
def walked_mesh(path: Path) -> Iterator[Walked]:
    """Run the services of the first seed, without lanes and without sidecars, and end them."""
    copied("strict-lanes", path / "shop", "lanes.yaml")
    home = path / "shop" / "gateway.yaml"
    home.write_text(
        home.read_text().replace("istio-injection: enabled", "istio-injection: disabled")
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(path / "state"))
        folder = mesh_folder("default", os.environ)
        up = Up("shop", "--console", cwd=path)
    try:
        link = up.ready().until("/enter?token=").rpartition(" ")[2].strip()
        yield Walked(path / "shop", path / "state", up, link)
    finally:
        up.stop()
        bring_down(folder)


def to(page: Page, name: str) -> None:
    """Go to a page by its name in the navigation."""
    pages = page.get_by_role("navigation", name="Pages")
    pages.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def ids(page: Page, what: str) -> set[str]:
    """Return what parts of the topology are called."""
    found: list[str] = page.locator(what).evaluate_all("all => all.map((one) => one.dataset.id)")
    return set(found)


def sent(page: Page) -> Counter[str]:
    """Send a hundred requests by the page; each stays in one version. Return who met which."""
    page.get_by_role("button", name="Send 100").click()
    rows = page.get_by_role("region", name="Versions that answered").locator("tbody tr")
    rows.first.wait_for()
    found: dict[str, Counter[str]] = {}
    for row in rows.all():
        service, version, count = row.locator("th, td").all_inner_texts()[:3]
        found.setdefault(service, Counter())[version] += int(count)
    for line in page.get_by_label("Answers", exact=True).inner_text().splitlines():
        assert len(set(re.findall(r"version: (\w+)", line))) == 1, line
    assert found.keys() == set(SERVICES)
    assert found["mocka"] == found["mockb"] == found["mockc"]
    assert found["mocka"].total() == 100
    return found["mocka"]
