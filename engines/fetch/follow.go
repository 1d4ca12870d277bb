package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	_ "istio.io/istio/pkg/config/xds" // every kind of message that istiod puts into an Any

	"laneway/engines/translation"
)

const (
	prefix    = "type.googleapis.com/envoy.config."
	clusters  = prefix + "cluster.v3.Cluster"
	listeners = prefix + "listener.v3.Listener"
	endpoints = prefix + "endpoint.v3.ClusterLoadAssignment"
	routes    = prefix + "route.v3.RouteConfiguration"
)

// follow joins as one proxy and stays until it holds all it subscribed to and its translation has all the words.
func (a asker) follow(limit context.Context, of proxy, words []string) (translation.Translation, error) {
	ctx, leave := context.WithCancel(limit)
	defer leave()
	node := new(corev3.Node)
	if err := protojson.Unmarshal(of.Node, node); err != nil {
		return translation.Translation{}, err
	}
	stream, err := discoveryv3.NewAggregatedDiscoveryServiceClient(a.connection).StreamAggregatedResources(ctx)
	if err != nil {
		return translation.Translation{}, err
	}
	held := joined{stream: stream, node: node, kinds: map[string]*kind{}}
	for _, name := range []string{clusters, listeners} {
		if err := held.ask(name, nil); err != nil {
			return translation.Translation{}, err
		}
	}
	missing := words
	for {
		if err := held.hear(); err != nil {
			return translation.Translation{}, fmt.Errorf("%s.%s: without %q so far: %w", of.Name, of.Namespace, missing, err)
		}
		if !held.complete() {
			continue
		}
		sent, err := held.sent()
		if err != nil {
			return translation.Translation{}, err
		}
		found, err := translation.Read(of.Workload, sent)
		if err != nil {
			return translation.Translation{}, err
		}
		if missing, err = without(found, words); err != nil || len(missing) == 0 {
			return found, err
		}
	}
}

// without returns the words that a translation does not hold.
func without(found translation.Translation, words []string) (missing []string, err error) {
	if len(words) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(found)
	for _, word := range words {
		if !strings.Contains(string(text), word) {
			missing = append(missing, word)
		}
	}
	return missing, err
}

// joined is a proxy on its stream: what it asked for and what it holds, by kind of resource.
type joined struct {
	stream discoveryv3.AggregatedDiscoveryService_StreamAggregatedResourcesClient
	node   *corev3.Node
	kinds  map[string]*kind
}

// kind is one subscription. Without names it is to all of the kind, and each response replaces what was held.
type kind struct {
	names   []string
	held    map[string]*anypb.Any
	version string
	nonce   string
}

// hear takes one response, acknowledges it and subscribes to what it names.
func (p *joined) hear() error {
	response, err := p.stream.Recv()
	if err != nil {
		return err
	}
	of := p.kinds[response.TypeUrl]
	if of == nil {
		return fmt.Errorf("istiod sends %s, which nobody asked for", response.TypeUrl)
	}
	if of.held == nil || of.names == nil {
		of.held = map[string]*anypb.Any{}
	}
	of.version, of.nonce = response.VersionInfo, response.Nonce
	for _, resource := range response.Resources {
		name, err := nameOf(resource)
		if err != nil {
			return err
		}
		of.held[name] = resource
	}
	if err := p.ask(response.TypeUrl, of.names); err != nil {
		return err
	}
	switch response.TypeUrl {
	case clusters:
		held, err := all[*clusterv3.Cluster](of)
		return errors.Join(err, p.subscribe(endpoints, eds(held)))
	case listeners:
		held, err := all[*listenerv3.Listener](of)
		return errors.Join(err, p.subscribe(routes, translation.Tables(held)))
	}
	return nil
}

func (p *joined) subscribe(name string, wanted []string) error {
	slices.Sort(wanted)
	if known := p.kinds[name]; len(wanted) == 0 || known != nil && slices.Equal(known.names, wanted) {
		return nil
	}
	return p.ask(name, wanted)
}

// ask sends a request, which is an acknowledgment where there was a response.
func (p *joined) ask(name string, wanted []string) error {
	of := p.kinds[name]
	if of == nil {
		of = &kind{}
		p.kinds[name] = of
	}
	of.names = wanted
	return p.stream.Send(&discoveryv3.DiscoveryRequest{
		Node: p.node, TypeUrl: name, ResourceNames: wanted, VersionInfo: of.version, ResponseNonce: of.nonce,
	})
}

// complete says whether everything asked for has come.
func (p *joined) complete() bool {
	for _, of := range p.kinds {
		if of.held == nil {
			return false
		}
		for _, name := range of.names {
			if of.held[name] == nil {
				return false
			}
		}
	}
	return true
}

// sent returns what the proxy holds.
func (p *joined) sent() (sent translation.Sent, err error) {
	var held []*endpointv3.ClusterLoadAssignment
	var failures [4]error
	sent.Clusters, failures[0] = all[*clusterv3.Cluster](p.kinds[clusters])
	sent.Listeners, failures[1] = all[*listenerv3.Listener](p.kinds[listeners])
	sent.Tables, failures[2] = all[*routev3.RouteConfiguration](p.kinds[routes])
	held, failures[3] = all[*endpointv3.ClusterLoadAssignment](p.kinds[endpoints])
	sent.Assignments = map[string]*endpointv3.ClusterLoadAssignment{}
	for _, one := range held {
		sent.Assignments[one.ClusterName] = one
	}
	return sent, errors.Join(failures[:]...)
}

// all returns the messages of a kind, sorted by name.
func all[M proto.Message](of *kind) (found []M, err error) {
	if of == nil {
		return nil, nil
	}
	for _, name := range slices.Sorted(maps.Keys(of.held)) {
		message, err := of.held[name].UnmarshalNew()
		if err != nil {
			return nil, err
		}
		found = append(found, message.(M))
	}
	return found, nil
}

func nameOf(resource *anypb.Any) (string, error) {
	message, err := resource.UnmarshalNew()
	if err != nil {
		return "", err
	}
	switch one := message.(type) {
	case *endpointv3.ClusterLoadAssignment:
		return one.ClusterName, nil
	case interface{ GetName() string }:
		return one.GetName(), nil
	}
	return "", fmt.Errorf("no name in %s", resource.TypeUrl)
}

// eds returns the clusters whose endpoints are asked for apart.
func eds(of []*clusterv3.Cluster) (names []string) {
	for _, cluster := range of {
		if cluster.GetType() == clusterv3.Cluster_EDS {
			names = append(names, cluster.Name)
		}
	}
	return names
}
