// Package translation says in one form what istiod sends a proxy.
//
// In: Envoy's own messages, whether Istio's code was asked for them in this process or istiod sent them over ADS.
// Out: the JSON that tests judge. It stands apart so that both ways are read by one reader, and it knows nothing
// of Istio: whoever has the messages may ask. What cannot be written as JSON is an error, never left out.
package translation

import (
	"encoding/json"
	"fmt"
	"net"
	"sort"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	rbacv3 "github.com/envoyproxy/go-control-plane/envoy/config/rbac/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	rbachttpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/rbac/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	rbactcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/rbac/v3"
	tcpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Workload is a proxy that is asked about. Its labels are those of the pod with its address, as in a cluster; the
// labels given here speak only where there is no such pod.
type Workload struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	IP        string            `json:"ip"`
	Type      string            `json:"type"`
	Labels    map[string]string `json:"labels"`
}

// Sent is what one proxy holds: its listeners, the route tables these name, its clusters, and the endpoints of
// those clusters that do not bring their own.
type Sent struct {
	Listeners   []*listenerv3.Listener
	Tables      []*routev3.RouteConfiguration
	Clusters    []*clusterv3.Cluster
	Assignments map[string]*endpointv3.ClusterLoadAssignment
}

// Translation is what one proxy would be sent. Routes are Envoy's RouteConfiguration as protojson, unabridged;
// Rejected says which of them break the constraints of Envoy's API, so that Envoy would refuse the whole table. Bytes
// is how long the messages of each kind are together, as they travel.
type Translation struct {
	Name      string              `json:"name"`
	Namespace string              `json:"namespace"`
	Labels    map[string]string   `json:"labels"`
	Listeners []door              `json:"listeners"`
	Inward    []inward            `json:"inward"`
	Routes    []json.RawMessage   `json:"routes"`
	Rejected  []string            `json:"rejected,omitempty"`
	Clusters  map[string]string   `json:"clusters"`
	Endpoints map[string][]string `json:"endpoints"`
	Bytes     map[string]int      `json:"bytes"`
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

// Read returns what a workload's proxy was sent in the form that tests judge.
func Read(of Workload, sent Sent) (result Translation, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%s.%s: %v", of.Name, of.Namespace, failure)
		}
	}()
	result = Translation{
		Name: of.Name, Namespace: of.Namespace, Labels: of.Labels,
		Listeners: []door{}, Inward: []inward{}, Routes: []json.RawMessage{},
		Clusters: map[string]string{}, Endpoints: map[string][]string{}, Bytes: sent.bytes(),
	}
	for _, listener := range sent.Listeners {
		if listener.TrafficDirection == corev3.TrafficDirection_OUTBOUND {
			result.Listeners = append(result.Listeners, openDoor(listener))
			continue
		}
		for _, one := range listener.FilterChains {
			result.Inward = append(result.Inward, readInward(one))
		}
	}
	for _, table := range sent.Tables {
		result.Routes = append(result.Routes, asJSON(table))
		if err := table.ValidateAll(); err != nil {
			result.Rejected = append(result.Rejected, err.Error())
		}
	}
	for _, cluster := range sent.Clusters {
		result.Clusters[cluster.Name] = cluster.GetType().String()
		assignment := cluster.LoadAssignment
		if cluster.GetType() == clusterv3.Cluster_EDS {
			assignment = sent.Assignments[cluster.Name]
		}
		if assignment != nil {
			result.Endpoints[cluster.Name] = serving(assignment)
		}
	}
	return result, nil
}

func (s Sent) bytes() map[string]int {
	found := map[string]int{"listeners": 0, "routes": 0, "clusters": 0, "endpoints": 0}
	for _, one := range s.Listeners {
		found["listeners"] += proto.Size(one)
	}
	for _, one := range s.Tables {
		found["routes"] += proto.Size(one)
	}
	for _, one := range s.Clusters {
		found["clusters"] += proto.Size(one)
	}
	for _, one := range s.Assignments {
		found["endpoints"] += proto.Size(one)
	}
	return found
}

func openDoor(listener *listenerv3.Listener) door {
	result := door{Name: listener.Name, Address: []string{address(listener.Address)}, Chains: []chain{}}
	for _, more := range listener.AdditionalAddresses {
		result.Address = append(result.Address, address(more.Address))
	}
	for _, one := range listener.FilterChains {
		result.Chains = append(result.Chains, readChain(one))
	}
	if listener.DefaultFilterChain != nil {
		last := readChain(listener.DefaultFilterChain)
		result.Default = &last
	}
	return result
}

func readChain(from *listenerv3.FilterChain) (result chain) {
	if from.FilterChainMatch != nil {
		result.Match = asJSON(from.FilterChainMatch)
	}
	for _, name := range tablesOf(from) {
		result.RDS = name
	}
	for _, filter := range from.Filters {
		if tcp := new(tcpv3.TcpProxy); filter.GetTypedConfig().UnmarshalTo(tcp) == nil {
			result.TCP = shares(tcp)
		}
	}
	return result
}

// Tables returns the names of the route tables that listeners take by name, each once.
func Tables(listeners []*listenerv3.Listener) []string {
	found, seen := []string{}, map[string]bool{"": true}
	for _, listener := range listeners {
		for _, one := range append(listener.FilterChains, listener.DefaultFilterChain) {
			for _, name := range tablesOf(one) {
				if !seen[name] {
					seen[name] = true
					found = append(found, name)
				}
			}
		}
	}
	return found
}

func tablesOf(chain *listenerv3.FilterChain) (names []string) {
	for _, filter := range chain.GetFilters() {
		if http := new(hcmv3.HttpConnectionManager); filter.GetTypedConfig().UnmarshalTo(http) == nil {
			names = append(names, http.GetRds().GetRouteConfigName())
		}
	}
	return names
}

func readInward(from *listenerv3.FilterChain) inward {
	result := inward{Secure: from.TransportSocket != nil}
	if from.FilterChainMatch != nil {
		result.Match = asJSON(from.FilterChainMatch)
	}
	keep := func(rules *rbacv3.RBAC) {
		if rules != nil {
			result.Access = append(result.Access, asJSON(rules))
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
	found := []string{}
	for _, near := range assignment.Endpoints {
		for _, one := range near.LbEndpoints {
			if one.HealthStatus == corev3.HealthStatus_HEALTHY {
				found = append(found, address(one.GetEndpoint().GetAddress()))
			}
		}
	}
	sort.Strings(found)
	return found
}

func address(from *corev3.Address) string {
	if socket := from.GetSocketAddress(); socket != nil {
		return net.JoinHostPort(socket.Address, fmt.Sprint(socket.GetPortValue()))
	}
	return from.GetPipe().GetPath()
}

func asJSON(message proto.Message) json.RawMessage {
	text, err := protojson.Marshal(message)
	if err != nil {
		panic(err)
	}
	return text
}
