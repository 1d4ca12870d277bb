package main

import (
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/test"

	"laneway/engines/translation"
)

// translate asks Istio's code for all that a proxy would be sent.
func translate(t test.Failer, server *xds.FakeDiscoveryServer, of translation.Workload, proxy *model.Proxy) translation.Translation {
	sent := translation.Sent{
		Listeners: server.Listeners(proxy), Clusters: server.Clusters(proxy),
		Assignments: map[string]*endpointv3.ClusterLoadAssignment{},
	}
	sent.Tables = tables(t, server, proxy, translation.Tables(sent.Listeners))
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

// tables asks for route tables by name, each once as a proxy does: of a name given twice Istio's code makes an empty
// table the second time.
func tables(t test.Failer, server *xds.FakeDiscoveryServer, proxy *model.Proxy, names []string) (found []*routev3.RouteConfiguration) {
	resources, _ := server.ConfigGen.BuildHTTPRoutes(proxy, &model.PushRequest{Push: server.PushContext()}, names)
	for _, resource := range resources {
		table := new(routev3.RouteConfiguration)
		if err := resource.Resource.UnmarshalTo(table); err != nil {
			t.Fatal(err)
		}
		found = append(found, table)
	}
	return found
}
