"""What others wrote is there byte for byte as its registry has it, with its license."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from laneway.apps.console.app import PAGE

FOLDER = Path(str(PAGE)) / "vendor"
PACKAGES: list[dict[str, Any]] = json.loads((FOLDER / "vendor.json").read_text())


@pytest.mark.parametrize("package", PACKAGES, ids=lambda one: one["name"])
def test_files_are_those_of_the_registry(package: dict[str, Any], tmp_path: Path) -> None:
    name = f"{package['name']}@{package['version']}"
    told = subprocess.run(
        ["npm", "pack", "--json", name], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    archive = tmp_path / json.loads(told.stdout)[0]["filename"]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    assert package["integrity"] == f"sha512-{digest}"
    with tarfile.open(archive) as packed:
        for ours, theirs in package["files"].items():
            found = packed.extractfile(f"package/{theirs}")
            assert found is not None
            text = found.read().decode()
            for before, after in package.get("replaced", {}).items():
                assert before in text or ours.endswith("LICENSE") or ours == "preact.mjs"
                text = text.replace(before, after)
            assert (FOLDER / ours).read_text() == text


def test_every_file_has_a_package_and_a_license_that_may_be_shipped() -> None:
    files = {one for package in PACKAGES for one in package["files"]}

    assert files | {"vendor.json"} == {one.name for one in FOLDER.iterdir()}
    assert {one["license"] for one in PACKAGES} <= {
        "MIT",
        "Apache-2.0",
        "ISC",
        "0BSD",
        "BSD-3-Clause",
    }
