# The few words to know. `./dev WORD` runs them on a machine that has nothing but Python and pip.

set shell := ["bash", "-euo", "pipefail", "-c"]

# list the words
default:
    @just --list --unsorted

# install everything the project needs into .venv
setup:
    uv sync --frozen --compile-bytecode
    uv run --no-sync python -m compileall -q src tests

# run all tests; arguments go to pytest: `just test tests/house -k public`
test *ARGS:
    uv run pytest {{ ARGS }}

# lint, format, types, layers
check:
    uv run ruff check
    uv run ruff format --check
    uv run mypy
    uv run lint-imports
