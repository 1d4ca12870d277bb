"""The module shipped is what the sources say, and nothing else."""

import hashlib
import importlib.util
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import pytest

from laneway.core.emit import filter_module

BUILD = Path(__file__).parents[2] / "wasm" / "build.py"


def shipped() -> bytes:
    return files("laneway.adapters.envoy").joinpath("laneway.wasm").read_bytes()


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sources_compile_to_the_module_shipped_byte_for_byte(
    builder: ModuleType, tmp_path: Path
) -> None:
    builder.build(tmp_path / "built.wasm")
    assert (tmp_path / "built.wasm").read_bytes() == shipped()


def test_digest_beside_the_plan_is_that_of_the_module_shipped(builder: ModuleType) -> None:
    assert hashlib.sha256(shipped()).hexdigest() == filter_module.SHA256
    written = Path(filter_module.__file__).read_text(encoding="utf-8")
    assert written == builder.digest_file(shipped())
