#!/bin/sh
# Writes the lock files anew with the newest releases there are; `git diff` shows what has moved.
#
# The agent of SkyWalking stays: its 1.3.0 lacks a package of its own and does not load.
set -eu
cd -- "$(dirname -- "$0")/programs"

(
  cd python
  for sdk in opentelemetry sentry datadog grpc kafka; do
    sed -i 's/==.*//' "$sdk.in"
    uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
      --no-emit-index-url "$sdk.in" -o "$sdk.txt"
  done
)
(
  cd node
  npm install --loglevel=error --package-lock-only --ignore-scripts --save-exact --no-audit --no-fund \
    @opentelemetry/api@latest @opentelemetry/auto-instrumentations-node@latest
)
for program in go go-grpc; do
  (
    cd "$program"
    GOWORK=off go get -u ./...
    GOWORK=off go mod tidy
  )
done
for project in java-spring java-agent; do
  mvn --quiet --batch-mode --no-transfer-progress --file "$project/pom.xml" \
    org.codehaus.mojo:versions-maven-plugin:2.19.1:update-parent \
    org.codehaus.mojo:versions-maven-plugin:2.19.1:use-latest-releases \
    -DgenerateBackupPoms=false -DprocessParent=false '-Dmaven.version.ignore=.*-(M|RC|alpha|beta).*'
done
