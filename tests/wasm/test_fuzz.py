"""The filter's readers outside of Envoy, under sanitizers: a short run of `./dev figures wasm`."""

from pathlib import Path

from tests.wasm.search import built, run
from tests.wire.toolchains import the_machines


def test_requests_of_all_kinds_are_read_without_a_fault(tmp_path: Path) -> None:
    said = run(built(tmp_path, the_machines("gcc")), 50_000, 18)
    assert said == "50000 operations, no fault; shared data: 65 keys of at most 728 bytes"
