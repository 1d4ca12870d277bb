#!/bin/sh
# Istio 1.31 (a commit of 2026-08-27): two DestinationRules of one host and namespace, one with a
# workloadSelector, one without and with `exportTo: ["."]`. The second is merged into the first and
# is nobody's else: a workload that is not selected has no cluster for its subsets, and gets 503
# where a route names one. With `exportTo: [shop]`, the same namespace by its name, both stand.
# A rule with a selector counts as exported to `.`, and rules exported alike are merged into the
# first of them; rules with a selector come first, whatever their age.
#
# Needs Go 1.26 or later and compiles a part of Istio: a few minutes the first time.
# Seen with Istio v0.0.0-20260827124520-eed52ebb66ad, Go 1.26.8, Linux 6.18:
#   exportTo ["."]: selected sees [none v1 v2], not selected sees [none]
#   exportTo ["shop"]: selected sees [none v1], not selected sees [none v2]
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
go mod init example.test/finding 2>/dev/null
cat >finding_test.go <<'GO'
package finding

import (
	"fmt"
	"sort"
	"strings"
	"testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/core"
)

const objects = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.shop.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP}]
  endpoints: [{address: 10.0.0.1, labels: {version: v1}}, {address: 10.0.0.2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: some, namespace: shop}
spec:
  host: cart.shop.svc.cluster.local
  workloadSelector: {matchLabels: {app: web}}
  subsets: [{name: v1, labels: {version: v1}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: all, namespace: shop}
spec:
  host: cart.shop.svc.cluster.local
  exportTo: [%q]
  subsets: [{name: v2, labels: {version: v2}}]
`

func seen(t *testing.T, exportTo string, app string) string {
	made := core.NewConfigGenTest(t, core.TestOptions{ConfigString: fmt.Sprintf(objects, exportTo)})
	labels := map[string]string{"app": app}
	proxy := made.SetupProxy(&model.Proxy{
		ConfigNamespace: "shop",
		Labels:          labels,
		Metadata:        &model.NodeMetadata{Namespace: "shop", Labels: labels},
	})
	var subsets []string
	for _, cluster := range made.Clusters(proxy) {
		if parts := strings.Split(cluster.Name, "|"); len(parts) == 4 && parts[0] == "outbound" {
			if parts[2] == "" {
				parts[2] = "none"
			}
			subsets = append(subsets, parts[2])
		}
	}
	sort.Strings(subsets)
	return fmt.Sprint(subsets)
}

func TestFinding(t *testing.T) {
	wanted := map[string][2]string{
		".":    {"[none v1 v2]", "[none]"},
		"shop": {"[none v1]", "[none v2]"},
	}
	for _, exportTo := range []string{".", "shop"} {
		selected, other := seen(t, exportTo, "web"), seen(t, exportTo, "bot")
		fmt.Printf("exportTo [%q]: selected sees %s, not selected sees %s\n", exportTo, selected, other)
		if found := [2]string{selected, other}; found != wanted[exportTo] {
			t.Errorf("no longer: %v", found)
		}
	}
}
GO
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -count=1 -run TestFinding -v . 2>/dev/null | grep '^exportTo' || true
go test -count=1 -run TestFinding . >/dev/null 2>&1
