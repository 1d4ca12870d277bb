#!/bin/sh
# pytest-xdist 3.8.0 with pytest 9.2.0: `--dist loadgroup` promises that tests of one `xdist_group`
# run on one worker. They run on any: xdist writes the group into `item._nodeid`, which this pytest
# no longer reads. Nothing warns; tests that share a port or a database meet each other.
#
# Seen with pytest 9.2.0, pytest-xdist 3.8.0, Python 3.11:
#   pytest 9.2.0: 2 workers ran the tests of one group
#   pytest 8.4.2: 1 workers ran the tests of one group
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/test_group.py" <<'PY'
import os
import time

import pytest

FOLDER = os.environ["FOLDER"]


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_of_one_group(number: int) -> None:
    time.sleep(0.2)
    with open(f"{FOLDER}/workers", "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
PY

workers() {
    python3 -m pip install --quiet --disable-pip-version-check --target "$folder/$1" \
        "pytest==$1" pytest-xdist==3.8.0
    : >"$folder/workers"
    (cd "$folder" && FOLDER="$folder" PYTHONPATH="$folder/$1" PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 \
        python3 -m pytest -q -p xdist -p no:cacheprovider -n 2 --dist loadgroup test_group.py \
        >"$folder/said" 2>&1) || { cat "$folder/said"; exit 1; }
    sort -u "$folder/workers" | wc -l | tr -d ' '
}

new=$(workers 9.2.0)
old=$(workers 8.4.2)
echo "pytest 9.2.0: $new workers ran the tests of one group"
echo "pytest 8.4.2: $old workers ran the tests of one group"
[ "$new" -eq 2 ] && [ "$old" -eq 1 ]
