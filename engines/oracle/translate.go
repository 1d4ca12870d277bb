package main

import (
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/test"

	"laneway/engines/translation"
)

// translate asks Istio's code for all that a proxy would be sent.
func translate(t test.Failer, server *xds.FakeDiscoveryServer, of translation.Workload, proxy *model.Proxy) translation.Translation {
	listeners := server.Listeners(proxy)
	sent := translation.Sent{
		Listeners: listeners, Tables: server.RoutesFromListeners(proxy, listeners), Clusters: server.Clusters(proxy),
		Assignments: map[string]*endpointv3.ClusterLoadAssignment{},
	}
	for _, cluster := range sent.Clusters {
		if cluster.GetType() == clusterv3.Cluster_EDS {
			builder := endpoints.NewEndpointBuilder(cluster.Name, proxy, server.PushContext())
			sent.Assignments[cluster.Name] = builder.BuildClusterLoadAssignment(server.Env().EndpointIndex)
		}
	}
	of.Labels = proxy.Labels
	result, err := translation.Read(of, sent)
	if err != nil {
		t.Fatal(err)
	}
	return result
}
