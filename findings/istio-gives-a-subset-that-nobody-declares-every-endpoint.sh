#!/bin/sh
# Istio 1.31 (a commit of 2026-08-27): asked over ADS for the endpoints of a cluster whose subset no
# DestinationRule declares, istiod answers with all endpoints of the service. It does not say that there
# is none, as it does by its clusters, among which the subset is not. So endpoints never tell whether a
# subset exists, and who still watches one whose rule is deleted is sent the pods of every version.
#
# Needs Go 1.26 or later and compiles istiod's packages: a few minutes the first time.
# Seen with Istio v0.0.0-20260827124520-eed52ebb66ad, Go 1.26.8, Linux 6.18:
#   clusters: v1 v2
#   endpoints of v1: 10.0.0.1
#   endpoints of v9: 10.0.0.1 10.0.0.2
#   endpoints of v2: 10.0.0.2
#   endpoints of v2, rule deleted: 10.0.0.1 10.0.0.2
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

	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"

	"istio.io/istio/pilot/pkg/model"
	v3 "istio.io/istio/pilot/pkg/xds/v3"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/schema/gvk"
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
metadata: {name: cart, namespace: shop}
spec:
  host: cart.shop.svc.cluster.local
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
`

func addresses(t *testing.T, answer *discovery.DiscoveryResponse) string {
	var found []string
	for _, resource := range answer.Resources {
		var one endpoint.ClusterLoadAssignment
		if err := resource.UnmarshalTo(&one); err != nil {
			t.Fatal(err)
		}
		for _, place := range one.Endpoints {
			for _, each := range place.LbEndpoints {
				found = append(found, each.GetEndpoint().GetAddress().GetSocketAddress().GetAddress())
			}
		}
	}
	sort.Strings(found)
	return strings.Join(found, " ")
}

func TestFinding(t *testing.T) {
	server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{ConfigString: objects})
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
	fmt.Println("clusters:", strings.Join(subsets, " "))

	watched := "outbound|80|v2|cart.shop.svc.cluster.local"
	for _, subset := range []string{"v1", "v9", "v2"} {
		client := server.ConnectADS().WithType(v3.EndpointType)
		name := "outbound|80|" + subset + "|cart.shop.svc.cluster.local"
		answer := client.RequestResponseAck(t, &discovery.DiscoveryRequest{ResourceNames: []string{name}})
		fmt.Printf("endpoints of %s: %s\n", subset, addresses(t, answer))
		if name == watched {
			if err := server.Store().Delete(gvk.DestinationRule, "cart", "shop", nil); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("endpoints of %s, rule deleted: %s\n", subset, addresses(t, client.ExpectResponse(t)))
		}
	}
}
GO
cat >wanted <<'END'
clusters: v1 v2
endpoints of v1: 10.0.0.1
endpoints of v9: 10.0.0.1 10.0.0.2
endpoints of v2: 10.0.0.2
endpoints of v2, rule deleted: 10.0.0.1 10.0.0.2
END
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -trimpath -count=1 -run TestFinding -v . >said 2>&1 || { tail -20 said; exit 1; }
grep -E '^(clusters|endpoints)' said | tee seen
cmp -s wanted seen
