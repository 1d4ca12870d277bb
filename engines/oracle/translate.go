package main

import (
	"encoding/json"
	"sort"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	rbacv3 "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	rbachttpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/rbac/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	rbactcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/rbac/v3"
	tcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/xds/endpoints"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pilot/test/xdstest"
	"istio.io/istio/pkg/test"
)

// translation is what one proxy would be sent. Routes are Envoy's RouteConfiguration as protojson, unabridged;
// Rejected says which of them break the constraints of Envoy's API, so that Envoy would refuse the whole table.
type translation struct {
	Name      string              `json:"name"`
	Namespace string              `json:"namespace"`
	Labels    map[string]string   `json:"labels"`
	Listeners []door              `json:"listeners"`
	Inward    []inward            `json:"inward"`
	Routes    []json.RawMessage   `json:"routes"`
	Rejected  []string            `json:"rejected,omitempty"`
	Clusters  map[string]string   `json:"clusters"`
	Endpoints map[string][]string `json:"endpoints"`
}

// door is an outbound listener: where a connection goes by its original address.
type door struct {
	Name    string   `json:"name"`
	Address []string `json:"address"`
	Chains  []chain  `json:"chains"`
	Default *chain   `json:"default,omitempty"`
}

// chain is a filter chain: either the name of a route table (rds) or the clusters of a TCP proxy with their weights.
type chain struct {
	Match json.RawMessage   `json:"match,omitempty"`
	RDS   string            `json:"rds,omitempty"`
	TCP   map[string]uint32 `json:"tcp,omitempty"`
}

// inward is a filter chain for what comes to a pod: whether it speaks TLS, and whom its access filters keep out
// (Envoy's RBAC, the rules in force alone).
type inward struct {
	Match  json.RawMessage   `json:"match,omitempty"`
	Secure bool              `json:"secure"`
	Access []json.RawMessage `json:"access,omitempty"`
}

func translate(t test.Failer, server *xds.FakeDiscoveryServer, proxy *model.Proxy) translation {
	result := translation{
		Name: proxy.ID[:len(proxy.ID)-len(proxy.ConfigNamespace)-1], Namespace: proxy.ConfigNamespace, Labels: proxy.Labels,
		Listeners: []door{}, Inward: []inward{}, Routes: []json.RawMessage{}, Clusters: map[string]string{}, Endpoints: map[string][]string{},
	}
	listeners := server.Listeners(proxy)
	for _, listener := range listeners {
		if listener.TrafficDirection == corev3.TrafficDirection_OUTBOUND {
			result.Listeners = append(result.Listeners, openDoor(t, listener))
		} else {
			for _, one := range listener.FilterChains {
				result.Inward = append(result.Inward, readInward(t, one))
			}
		}
	}
	for _, table := range server.RoutesFromListeners(proxy, listeners) {
		result.Routes = append(result.Routes, asJSON(t, table))
		if err := table.ValidateAll(); err != nil {
			result.Rejected = append(result.Rejected, err.Error())
		}
	}
	for _, cluster := range server.Clusters(proxy) {
		result.Clusters[cluster.Name] = cluster.GetType().String()
		assignment := cluster.LoadAssignment
		if cluster.GetType() == clusterv3.Cluster_EDS {
			builder := endpoints.NewEndpointBuilder(cluster.Name, proxy, server.PushContext())
			assignment = builder.BuildClusterLoadAssignment(server.Env().EndpointIndex)
		}
		if assignment != nil {
			result.Endpoints[cluster.Name] = serving(assignment)
		}
	}
	return result
}

func openDoor(t test.Failer, listener *listenerv3.Listener) door {
	result := door{Name: listener.Name, Address: xdstest.ExtractListenerAddresses(listener), Chains: []chain{}}
	for _, one := range listener.FilterChains {
		result.Chains = append(result.Chains, readChain(t, one))
	}
	if listener.DefaultFilterChain != nil {
		last := readChain(t, listener.DefaultFilterChain)
		result.Default = &last
	}
	return result
}

func readChain(t test.Failer, from *listenerv3.FilterChain) (result chain) {
	if from.FilterChainMatch != nil {
		result.Match = asJSON(t, from.FilterChainMatch)
	}
	for _, filter := range from.Filters {
		http, tcp := new(hcmv3.HttpConnectionManager), new(tcpv3.TcpProxy)
		switch {
		case filter.GetTypedConfig().MessageIs(http):
			_ = filter.GetTypedConfig().UnmarshalTo(http)
			result.RDS = http.GetRds().GetRouteConfigName()
		case filter.GetTypedConfig().MessageIs(tcp):
			_ = filter.GetTypedConfig().UnmarshalTo(tcp)
			result.TCP = shares(tcp)
		}
	}
	return result
}

func readInward(t test.Failer, from *listenerv3.FilterChain) inward {
	result := inward{Secure: from.TransportSocket != nil}
	if from.FilterChainMatch != nil {
		result.Match = asJSON(t, from.FilterChainMatch)
	}
	keep := func(rules *rbacv3.RBAC) {
		if rules != nil {
			result.Access = append(result.Access, asJSON(t, rules))
		}
	}
	for _, filter := range from.Filters {
		http, access := new(hcmv3.HttpConnectionManager), new(rbactcpv3.RBAC)
		if filter.GetTypedConfig().UnmarshalTo(access) == nil {
			keep(access.Rules)
		}
		if filter.GetTypedConfig().UnmarshalTo(http) == nil {
			for _, inner := range http.HttpFilters {
				if access := new(rbachttpv3.RBAC); inner.GetTypedConfig().UnmarshalTo(access) == nil {
					keep(access.Rules)
				}
			}
		}
	}
	return result
}

func shares(tcp *tcpv3.TcpProxy) map[string]uint32 {
	if tcp.GetWeightedClusters() == nil {
		return map[string]uint32{tcp.GetCluster(): 1}
	}
	result := map[string]uint32{}
	for _, one := range tcp.GetWeightedClusters().Clusters {
		result[one.Name] += one.Weight
	}
	return result
}

// serving lists the endpoints a request can meet: not those that Istio sends as unhealthy.
func serving(assignment *endpointv3.ClusterLoadAssignment) []string {
	healthy, _ := xdstest.ExtractHealthEndpoints(assignment)
	sort.Strings(healthy)
	return healthy
}

func asJSON(t test.Failer, message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
