#!/bin/sh
# pathspec 1.1.1: `import pathspec` loads the native module of google-re2 whenever that package is
# installed, before any rule is read and whichever engine then compiles it. A program that has RE2
# for something else pays for it at each start.
#
# Seen with pathspec 1.1.1, google-re2 1.1.20251105, Python 3.11:
#   alone: re2 loaded: False
#   beside google-re2: re2 loaded: True
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
install() {
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
        --target "$folder/$1" "$2"
}
install alone pathspec==1.1.1
install re2 google-re2==1.1.20251105

loaded() { PYTHONPATH=$1 python3 -c 'import sys, pathspec; print("re2" in sys.modules)'; }

alone=$(loaded "$folder/alone")
beside=$(loaded "$folder/alone:$folder/re2")
echo "alone: re2 loaded: $alone"
echo "beside google-re2: re2 loaded: $beside"
[ "$alone" = False ] && [ "$beside" = True ]
