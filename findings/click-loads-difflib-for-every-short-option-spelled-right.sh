#!/bin/sh
# click 8.5.1: a short option, spelled as it should be (`-n 3`, `-v`), makes click load difflib and
# look for near options. The parser takes `-n` for a long option first, and the error it then drops
# has already looked for what to suggest. `--number 3` does not. Who keeps a command's start short by
# importing late pays here, on a line without a mistake.
#
# Seen with click 8.5.1, Python 3.11:
#   --number 3: difflib loaded: False
#   -n 3: difflib loaded: True
#   -v: difflib loaded: True
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" click==8.5.1
cat >"$folder/program.py" <<'PY'
import sys

import click


@click.command()
@click.option("-n", "--number", type=int)
@click.option("-v", "--verbose", is_flag=True)
def main(number: int | None, verbose: bool) -> None:
    assert number == 3 or verbose
    print("difflib" in sys.modules)


assert "difflib" not in sys.modules
main()
PY

loaded() { PYTHONPATH="$folder/packages" python3 "$folder/program.py" "$@"; }

long=$(loaded --number 3)
short=$(loaded -n 3)
flag=$(loaded -v)
echo "--number 3: difflib loaded: $long"
echo "-n 3: difflib loaded: $short"
echo "-v: difflib loaded: $flag"
[ "$long" = False ] && [ "$short" = True ] && [ "$flag" = True ]
