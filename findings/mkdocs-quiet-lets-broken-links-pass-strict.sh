#!/bin/sh
# MkDocs 1.6.1: `--strict` promises to fail on any warning, and a link to a page that is not there
# is one. With `--quiet` the same build ends with 0: warnings are counted where they are printed,
# and quiet prints none. A pipeline that asks for both checks no link.
#
# Seen with mkdocs 1.6.1, Python 3.11:
#   strict: 1, Aborted with 1 warnings in strict mode!
#   strict and quiet: 0
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --target "$folder/packages" mkdocs==1.6.1
export PYTHONPATH="$folder/packages"
mkdir "$folder/docs"
echo '[away](nowhere.md)' >"$folder/docs/index.md"
echo 'site_name: x' >"$folder/mkdocs.yml"
cd "$folder"

strict=0
said=$(python3 -m mkdocs build --strict 2>&1) || strict=$?
quiet=0
python3 -m mkdocs build --strict --quiet || quiet=$?
echo "strict: $strict, $(echo "$said" | grep -o 'Aborted.*')"
echo "strict and quiet: $quiet"
[ "$strict" -eq 1 ] && [ "$quiet" -eq 0 ]
