#!/bin/sh
# Istio 1.31 (a commit of 2026-08-27): a pod that runs gets another label, and leaves one subset of a
# DestinationRule for another. Behind a Service that selects it, istiod sends it there at once. Behind a
# Service without a selector, whose EndpointSlice names the pod in `targetRef`, it stays in the old
# subset, for every proxy and also for those that join later, until the slice itself is written; an
# annotation is enough. The labels are the pod's in both cases, read when the slice was.
#
# Needs Go 1.26 or later and compiles istiod's packages: a few minutes the first time.
# Seen with Istio v0.0.0-20260827124520-eed52ebb66ad, Go 1.26.8, Linux 6.18:
#   with a selector: at first in v1, relabeled in v2
#   without a selector: at first in v1, relabeled in v1, slice written in v2
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
go mod init example.test/finding 2>/dev/null
cat >finding_test.go <<'GO'
package finding

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
)

const kubernetes = `
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {clusterIP: 10.9.0.1, ports: [{name: http, port: 80}]%s}
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: shop, labels: {app: cart, version: v1}}
spec: {nodeName: node, containers: [{name: a, image: a}]}
status: {podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}], phase: Running, conditions: [{type: Ready, status: "True"}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart}}
addressType: IPv4
ports: [{name: http, port: 80}]
endpoints: [{addresses: [10.0.0.1], conditions: {ready: true}, targetRef: {kind: Pod, name: one, namespace: shop}}]
`

const rule = `
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: cart, namespace: shop}
spec:
  host: cart.shop.svc.cluster.local
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
`

// subset says in which subset a proxy that joins now finds the pod.
func subset(server *xds.FakeDiscoveryServer) string {
	proxy := server.SetupProxy(&model.Proxy{
		ConfigNamespace: "shop",
		Metadata:        &model.NodeMetadata{Namespace: "shop"},
	})
	var found []string
	for _, one := range server.Endpoints(proxy) {
		if name := strings.Split(one.ClusterName, "|")[2]; name != "" && len(one.Endpoints) > 0 {
			found = append(found, name)
		}
	}
	return strings.Join(found, " ")
}

// later gives istiod a time that is long beside the milliseconds it takes to follow.
func later(server *xds.FakeDiscoveryServer, wanted string) string {
	for until := time.Now().Add(3 * time.Second); time.Now().Before(until); {
		if subset(server) == wanted {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	return subset(server)
}

func TestFinding(t *testing.T) {
	for _, selector := range []string{", selector: {app: cart}", ""} {
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
			KubernetesObjectString: fmt.Sprintf(kubernetes, selector),
			ConfigString:           rule,
		})
		name, first := "with a selector", later(server, "v1")
		client := server.KubeClient().Kube()
		check := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		pod, err := client.CoreV1().Pods("shop").Get(context.Background(), "one", metav1.GetOptions{})
		check(err)
		pod.Labels["version"] = "v2"
		_, err = client.CoreV1().Pods("shop").Update(context.Background(), pod, metav1.UpdateOptions{})
		check(err)
		said := fmt.Sprintf("at first in %s, relabeled in %s", first, later(server, "v2"))
		if selector == "" {
			name = "without a selector"
			slices := client.DiscoveryV1().EndpointSlices("shop")
			slice, err := slices.Get(context.Background(), "cart-1", metav1.GetOptions{})
			check(err)
			slice.Annotations = map[string]string{"written": "again"}
			_, err = slices.Update(context.Background(), slice, metav1.UpdateOptions{})
			check(err)
			said += ", slice written in " + later(server, "v2")
		}
		fmt.Printf("%s: %s\n", name, said)
	}
}
GO
cat >wanted <<'END'
with a selector: at first in v1, relabeled in v2
without a selector: at first in v1, relabeled in v1, slice written in v2
END
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -trimpath -count=1 -run TestFinding -v . >said 2>&1 || { tail -20 said; exit 1; }
grep '^with' said | tee seen
cmp -s wanted seen
