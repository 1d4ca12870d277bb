#!/bin/sh
# PyYAML 6.0.4: a tab between a value and its comment, which YAML allows, is read by CSafeLoader and
# refused by SafeLoader of the same package. ruamel.yaml 0.19.1 refuses it as well, whichever way it is
# asked. Whoever edits files with one reader and reads them with another meets files that kubectl
# takes and the tool does not; hand-aligned comments are where such tabs stand.
# https://yaml.org/spec/1.2.2/#66-comments (separation is spaces and tabs)
#
# Seen with PyYAML 6.0.4, ruamel.yaml 0.19.1, Python 3.11:
#   CSafeLoader: {'weight': 10, 'lane': 'v3'}
#   SafeLoader: ScannerError
#   ruamel.yaml rt: ScannerError
#   ruamel.yaml safe, pure: ScannerError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
    --target "$folder/packages" PyYAML==6.0.4 ruamel.yaml==0.19.1
PYTHONPATH="$folder/packages" python3 - <<'PY'
import ruamel.yaml
import yaml

TEXT = "weight: 10\t# of a hundred\nlane: v3\n"
READERS = {
    "CSafeLoader": lambda: yaml.load(TEXT, yaml.CSafeLoader),
    "SafeLoader": lambda: yaml.load(TEXT, yaml.SafeLoader),
    "ruamel.yaml rt": lambda: ruamel.yaml.YAML(typ="rt").load(TEXT),
    "ruamel.yaml safe, pure": lambda: ruamel.yaml.YAML(typ="safe", pure=True).load(TEXT),
}


def said(read):
    try:
        return dict(read())
    except Exception as problem:
        return type(problem).__name__


seen = {name: said(read) for name, read in READERS.items()}
for name, one in seen.items():
    print(f"{name}: {one}")
refused = dict.fromkeys(("SafeLoader", "ruamel.yaml rt", "ruamel.yaml safe, pure"), "ScannerError")
assert seen == {"CSafeLoader": {"weight": 10, "lane": "v3"}, **refused}
PY
