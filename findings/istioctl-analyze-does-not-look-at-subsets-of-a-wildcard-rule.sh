#!/bin/sh
# Istio 1.31 (a commit of 2026-08-27): `istioctl analyze` says of a route to a subset whether a
# DestinationRule for that very host declares it. Subsets of a rule for a wildcard are not looked at,
# though istiod makes clusters of them: a route to one that is declared there is told as missing.
# Whoever believes the message writes a second rule, which then hides the first one.
#
# Runs the analyzers as istioctl does, and istiod's own code for the clusters. Needs Go 1.26 or later
# and compiles istiod's packages: a few minutes the first time.
# Seen with Istio v0.0.0-20260827124520-eed52ebb66ad, Go 1.26.8, Linux 6.18:
#   rule for cart.shop.svc.cluster.local: clusters v1; a route to v1: nothing is missing
#   rule for cart.shop.svc.cluster.local: clusters v1; a route to v9: is missing
#   rule for *.shop.svc.cluster.local: clusters v1; a route to v1: is missing
#   rule for *.shop.svc.cluster.local: clusters v1; a route to v9: is missing
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
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/config/constants"
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
  endpoints: [{address: 10.0.0.1, labels: {version: v1}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.shop.svc.cluster.local]
  http: [{route: [{destination: {host: cart.shop.svc.cluster.local, subset: SUBSET}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: all, namespace: shop}
spec: {host: 'HOST', subsets: [{name: v1, labels: {version: v1}}]}
`

func told(t *testing.T, text string) string {
	judge := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", constants.IstioSystemNamespace, nil)
	if err := judge.AddDefaultResources(); err != nil {
		t.Fatal(err)
	}
	source := local.ReaderSource{Name: "-", Reader: strings.NewReader(text)}
	if err := judge.AddReaderKubeSource([]local.ReaderSource{source}); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := judge.Analyze(stop)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range result.Messages {
		if one.Type.Code() == "IST0101" {
			return "is missing"
		}
	}
	return "nothing is missing"
}

func clusters(t *testing.T, text string) string {
	server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{ConfigString: text})
	proxy := server.SetupProxy(&model.Proxy{
		ConfigNamespace: "shop",
		Metadata:        &model.NodeMetadata{Namespace: "shop"},
	})
	var subsets []string
	for _, cluster := range server.Clusters(proxy) {
		if parts := strings.Split(cluster.Name, "|"); len(parts) == 4 && parts[2] != "" {
			subsets = append(subsets, parts[2])
		}
	}
	sort.Strings(subsets)
	return strings.Join(subsets, " ")
}

func TestFinding(t *testing.T) {
	for _, host := range []string{"cart.shop.svc.cluster.local", "*.shop.svc.cluster.local"} {
		for _, subset := range []string{"v1", "v9"} {
			text := strings.NewReplacer("HOST", host, "SUBSET", subset).Replace(objects)
			fmt.Printf("rule for %s: clusters %s; a route to %s: %s\n", host, clusters(t, text), subset, told(t, text))
		}
	}
}
GO
cat >wanted <<'END'
rule for cart.shop.svc.cluster.local: clusters v1; a route to v1: nothing is missing
rule for cart.shop.svc.cluster.local: clusters v1; a route to v9: is missing
rule for *.shop.svc.cluster.local: clusters v1; a route to v1: is missing
rule for *.shop.svc.cluster.local: clusters v1; a route to v9: is missing
END
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -trimpath -count=1 -run TestFinding -v . >said 2>&1 || { tail -20 said; exit 1; }
grep '^rule for' said | tee seen
cmp -s wanted seen
