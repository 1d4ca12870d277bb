#!/bin/sh
# Builds the programs into .built/ beside this file, in the versions that the lock files name.
#
# Each language's own client fetches what it needs from its registry. Needed on the machine: uv with
# a Python of 3.11 or later, Node of 20 or later with npm, Go of 1.26 or later, and a JDK of 17 or
# later with Maven. Names of parts build these alone: `sh build.sh python go`.
set -eu
cd -- "$(dirname -- "$0")"
mkdir -p .built
into=$PWD/.built

python() {
  for sdk in opentelemetry sentry skywalking datadog grpc kafka; do
    uv venv --quiet --clear --no-project "$into/$sdk"
    uv pip install --quiet --require-hashes --python "$into/$sdk/bin/python" -r "programs/python/$sdk.txt"
  done
}

node() {
  rm -rf "$into/node"
  cp -R programs/node "$into/node"
  (cd "$into/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

go() {
  for program in go go-grpc; do
    (cd "programs/$program" && GOFLAGS=-mod=readonly GOWORK=off ${GO:-command go} build -trimpath -o "$into/$program-hop" .)
  done
}

# A connection that brings nothing for a minute is given up and opened anew, three times.
java() {
  for project in "java-spring -P otel" "java-spring -P brave" "java-agent"; do
    # shellcheck disable=SC2086 # a folder and its flags
    set -- $project
    folder=$1
    shift
    mvn --quiet --batch-mode --no-transfer-progress --file "programs/$folder/pom.xml" "$@" \
      -Dinto="$into/java" -Dmaven.wagon.rto=60000 -Dmaven.wagon.http.retryHandler.count=3 package
  done
}

# The jars of a broker.
kafka() {
  mvn --quiet --batch-mode --no-transfer-progress --file programs/kafka/pom.xml \
    -Dinto="$into/broker" -Dmaven.wagon.rto=60000 -Dmaven.wagon.http.retryHandler.count=3 package
}

[ $# -gt 0 ] || set -- python node go java kafka
for part in "$@"; do "$part"; done
