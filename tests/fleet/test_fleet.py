"""What the fleet goes by fits together; the programs themselves are run by `./dev fleet`."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest
import yaml

from tests.fleet.chains import CHAINS, Chain
from tests.fleet.example import MESHES
from tests.fleet.manifests import MANIFESTS, STANDS_FOR
from tests.fleet.rows import Asked, asked, differences
from tests.fleet.shelf import EXAMPLE, commands
from tests.recorded.rows import recorded

ASKED = list(asked(recorded()))
LIMITS = EXAMPLE.parents[1] / "docs" / "limits.md"


def test_most_rows_of_the_fleets_sdks_are_asked_of_a_program() -> None:
    images = Counter(one.image for one in ASKED)

    assert set(images) <= set(commands(EXAMPLE))
    assert min(images.values()) >= 1
    assert len(ASKED) > 450


def test_every_image_of_chains_and_manifests_has_a_command() -> None:
    found = {program.image for chain in CHAINS for program in chain.programs}
    for mesh in MESHES:
        found |= set(
            re.findall(r"image: sdks/([\w-]+)", (EXAMPLE / mesh / "shop.yaml").read_text())
        )

    assert found <= set(commands(EXAMPLE))


@pytest.mark.parametrize("chain", CHAINS, ids=[one.name for one in CHAINS])
def test_a_chain_that_fails_without_the_filter_names_its_limit(chain: Chain) -> None:
    assert chain.without != bool(chain.why)
    assert f"**{chain.why}" in LIMITS.read_text() or chain.without


def test_half_of_the_manifests_that_are_spoken_of_are_run_as_programs() -> None:
    spoken = {file.stem for file in MANIFESTS.glob("*.yaml") if _speaks(file)}

    assert set(STANDS_FOR) <= spoken
    assert 2 * len(STANDS_FOR) >= len(spoken)
    assert len(STANDS_FOR) >= 30
    assert {image for images in STANDS_FOR.values() for image in images} <= set(commands(EXAMPLE))


def _speaks(file: Path) -> bool:
    claim = next(yaml.safe_load_all(file.read_text()))
    return {*claim["says"].values()} != {"unknown"}


FLEET = """
import sys
from pathlib import Path
from tests.fleet.alone import alone
from tests.fleet.shelf import EXAMPLE
words = (sys.executable, "programs/python/plain_hop.py")
with alone(words, EXAMPLE, {}, Path(sys.argv[1])) as program:
    print(program.port, flush=True)
    sys.stdin.read()
"""


def test_a_program_ends_with_a_fleet_that_is_killed(tmp_path: Path) -> None:
    words = (sys.executable, "-c", FLEET, str(tmp_path / "log"))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as fleet:
        assert fleet.stdout is not None
        port = int(fleet.stdout.readline())
        with socket.create_connection(("127.0.0.1", port), 20) as asking:
            fleet.kill()

            with suppress(ConnectionResetError):
                assert asking.recv(1) == b""


def row(program: str, what: str) -> Asked:
    (found,) = [one for one in ASKED if (one.row.program, one.row.what) == (program, what)]
    return found


TWO_LINES = row("py flask requests", "two lines of baggage, the lane on the second")
BRAVE = row("boot 4.1 brave", "as installed, an id in b3 alone")


@pytest.mark.parametrize(
    ("one", "left", "alike"),
    [
        (TWO_LINES, [("Baggage", "x-asm-prefer-tag=s2,a=1")], True),
        (TWO_LINES, [("baggage", "a=1"), ("baggage", "x-asm-prefer-tag=s2")], False),
        (TWO_LINES, [("baggage", "a=1")], False),
        (BRAVE, [("traceparent", f"00-{'463ac35c9f6413ad':0>32}-53995c3f42cd8ad8-01")], True),
        (BRAVE, [("traceparent", f"00-{'1':0>32}-53995c3f42cd8ad8-01")], False),
        (BRAVE, [("b3", "463ac35c9f6413ad-53995c3f42cd8ad8-1")], False),
        (BRAVE, [*BRAVE.row.left, ("baggage", "x-asm-prefer-tag=s2")], False),
    ],
)
def test_a_line_that_differs_is_seen_and_an_id_made_anew_is_not(
    one: Asked,
    left: list[tuple[str, str]],
    alike: bool,  # noqa: FBT001 - a parameter of the claim
) -> None:
    assert (differences(one, left) == []) is alike
