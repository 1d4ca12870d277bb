#!/bin/sh
# Istio 1.31 (a commit of 2026-08-27): `proxyHttpPort` of the MeshConfig opens a port at each sidecar
# which programs name in http_proxy. It routes to services of port 80 alone. In the route table
# `http_proxy` the domains of every other port end with it (`web:8000`, and no plain `web`), while the
# table has ignore_port_in_host_matching, so that Envoy compares the Host without its port and meets none
# of them: the request goes to PassthroughCluster, which has no original destination here and answers
# 503, or to BlackHoleCluster under REGISTRY_ONLY. The tables of single ports, 80 and 8000, have
# plain domains and are right.
#
# Needs Go 1.26 or later and compiles istiod's packages: a few minutes the first time. Which cluster a
# request gets is judged by Istio's own model of Envoy (pilot/pkg/simulation).
# Seen with Istio v0.0.0-20260827124520-eed52ebb66ad, Go 1.26.8, Linux 6.18:
#   http_proxy ignores ports: true, domains of web: 0 without a port, 6 with one
#   Host cart.shop.svc.cluster.local: outbound|80||cart.shop.svc.cluster.local
#   Host cart.shop.svc.cluster.local:80: outbound|80||cart.shop.svc.cluster.local
#   Host web.shop.svc.cluster.local:8000: PassthroughCluster
#   Host web.shop.svc.cluster.local: PassthroughCluster
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
go mod init example.test/finding 2>/dev/null
cat >finding_test.go <<'GO'
package finding

import (
	"fmt"
	"strings"
	"testing"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/simulation"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/mesh"
)

const services = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: cart, namespace: shop}
spec:
  hosts: [cart.shop.svc.cluster.local]
  addresses: [10.9.0.1]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 80, name: http, protocol: HTTP}]
  endpoints: [{address: 10.0.0.1}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web, namespace: shop}
spec:
  hosts: [web.shop.svc.cluster.local]
  addresses: [10.9.0.2]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{number: 8000, name: http, protocol: HTTP}]
  endpoints: [{address: 10.0.0.2}]
`

func TestFinding(t *testing.T) {
	settings := mesh.DefaultMeshConfig()
	settings.ProxyHttpPort = 15007
	made := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{ConfigString: services, MeshConfig: settings})
	proxy := made.SetupProxy(&model.Proxy{
		ConfigNamespace: "shop",
		Metadata:        &model.NodeMetadata{Namespace: "shop"},
	})
	for _, table := range made.Routes(proxy) {
		if table.Name != "http_proxy" {
			continue
		}
		plain, ported := 0, 0
		for _, host := range table.VirtualHosts {
			for _, domain := range host.Domains {
				if strings.HasPrefix(host.Name, "web.") && strings.Contains(domain, ":") {
					ported++
				} else if strings.HasPrefix(host.Name, "web.") {
					plain++
				}
			}
		}
		fmt.Printf("http_proxy ignores ports: %v, domains of web: %d without a port, %d with one\n",
			table.IgnorePortInHostMatching, plain, ported)
	}
	asked := simulation.NewSimulation(t, made, proxy)
	for _, host := range []string{"cart", "cart:80", "web:8000", "web"} {
		name, port, _ := strings.Cut(host, ":")
		whole := name + ".shop.svc.cluster.local"
		if port != "" {
			whole += ":" + port
		}
		met := asked.Run(simulation.Call{
			Address: "127.0.0.1", Port: 15007, HostHeader: whole,
			Protocol: simulation.HTTP, CallMode: simulation.CallModeOutbound,
		})
		fmt.Printf("Host %s: %s\n", whole, met.ClusterMatched)
	}
}
GO
cat >wanted <<'END'
http_proxy ignores ports: true, domains of web: 0 without a port, 6 with one
Host cart.shop.svc.cluster.local: outbound|80||cart.shop.svc.cluster.local
Host cart.shop.svc.cluster.local:80: outbound|80||cart.shop.svc.cluster.local
Host web.shop.svc.cluster.local:8000: PassthroughCluster
Host web.shop.svc.cluster.local: PassthroughCluster
END
go get istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -trimpath -count=1 -run TestFinding -v . >said 2>&1 || { tail -20 said; exit 1; }
grep -E '^(http_proxy|Host) ' said | tee seen
cmp -s wanted seen
