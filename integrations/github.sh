#!/bin/sh
# The one step of action.yml: check paths, annotate their lines, leave a SARIF file and a summary.
#
# In: LANEWAY_PATHS (a line each), LANEWAY_FAIL_ON, LANEWAY_IGNORE (codes), LANEWAY_SARIF (a file),
# and what the runner sets: GITHUB_ACTION_PATH, RUNNER_TEMP, GITHUB_OUTPUT, GITHUB_STEP_SUMMARY.
# Out: the exit code of `laneway check`. A laneway on the PATH is used, else this checkout's.
set -eu

if ! command -v laneway >/dev/null; then
  python3 -m venv "$RUNNER_TEMP/laneway"
  "$RUNNER_TEMP/laneway/bin/pip" install --quiet --disable-pip-version-check "$GITHUB_ACTION_PATH"
  PATH=$RUNNER_TEMP/laneway/bin:$PATH
fi

set -f # patterns are Laneway's to read
ignore=
for code in $LANEWAY_IGNORE; do ignore="$ignore --ignore=$code"; done

# Prints findings in the form named first; other words are options.
check() {
  form=$1
  shift
  # shellcheck disable=SC2086 # $ignore is several words
  set -- --output "$form" --fail-on "$LANEWAY_FAIL_ON" $ignore "$@" --
  old_separators=$IFS
  IFS='
'
  # shellcheck disable=SC2086 # a path a line
  set -- "$@" $LANEWAY_PATHS
  IFS=$old_separators
  laneway check "$@"
}

code=0
check github || code=$?
[ "$code" -le 1 ] || exit "$code"

check sarif >"$LANEWAY_SARIF" || [ $? -eq 1 ]
echo "sarif=$LANEWAY_SARIF" >>"$GITHUB_OUTPUT"
{
  echo '### Laneway'
  echo '```'
  check text || [ $? -eq 1 ]
  echo '```'
} >>"$GITHUB_STEP_SUMMARY"
exit "$code"
