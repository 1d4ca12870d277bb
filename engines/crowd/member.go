package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discoveryv3 "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

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

// clusterType is the number of the field `type` of Cluster.
const clusterType = 2

var kinds = map[string]string{"clusters": clusters, "listeners": listeners, "endpoints": endpoints, "tables": routes}

// tally is what a proxy holds, by kind, and what it was sent since the last watch.
type tally struct {
	Held map[string]amount `json:"held"`
	Sent map[string]amount `json:"sent"`
	// Routes is the number of routes in all of its tables.
	Routes int `json:"routes"`
}

// amount is a number of resources, the bytes of them, and how many responses brought them.
type amount struct {
	Number    int `json:"number"`
	Bytes     int `json:"bytes"`
	Responses int `json:"responses"`
}

// member is a proxy on its stream: what it subscribed to by name, and what it holds.
type member struct {
	name   string
	stream discoveryv3.AggregatedDiscoveryService_DeltaAggregatedResourcesClient

	lock    sync.Mutex
	heard   *sync.Cond
	failure error
	wanted  map[string]map[string]bool
	held    map[string]map[string]*discoveryv3.Resource
	sent    map[string]amount
	missing [][]byte
	last    time.Time

	// unsaid are requests that wait to be sent, in order. Nobody who listens may wait for them: istiod does not listen
	// while it sends, so that both would wait for each other.
	unsaid  []*discoveryv3.DeltaDiscoveryRequest
	unheard sync.Mutex
	more    *sync.Cond
}

func connect(address string, of proxy) (*member, error) {
	node := new(corev3.Node)
	if err := protojson.Unmarshal(of.Node, node); err != nil {
		return nil, err
	}
	connection, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)),
	)
	if err != nil {
		return nil, err
	}
	stream, err := discoveryv3.NewAggregatedDiscoveryServiceClient(connection).DeltaAggregatedResources(context.Background())
	if err != nil {
		return nil, err
	}
	one := &member{name: of.Name, stream: stream, sent: map[string]amount{}}
	one.heard = sync.NewCond(&one.lock)
	one.more = sync.NewCond(&one.unheard)
	one.wanted = map[string]map[string]bool{endpoints: {}, routes: {}}
	one.held = map[string]map[string]*discoveryv3.Resource{}
	for _, kind := range []string{clusters, listeners} {
		one.say(&discoveryv3.DeltaDiscoveryRequest{Node: node, TypeUrl: kind})
	}
	go one.speak()
	go one.listen()
	return one, nil
}

// say has a request sent behind those that wait.
func (m *member) say(request *discoveryv3.DeltaDiscoveryRequest) {
	m.unheard.Lock()
	defer m.unheard.Unlock()
	m.unsaid = append(m.unsaid, request)
	m.more.Signal()
}

// speak sends one request after the other until the stream ends.
func (m *member) speak() {
	for {
		m.unheard.Lock()
		for len(m.unsaid) == 0 {
			m.more.Wait()
		}
		request := m.unsaid[0]
		m.unsaid = m.unsaid[1:]
		m.unheard.Unlock()
		if m.stream.Send(request) != nil {
			return // whoever listens hears why
		}
	}
}

// listen takes one response after the other until the stream ends.
func (m *member) listen() {
	for {
		response, err := m.stream.Recv()
		if err == nil {
			err = m.hear(response)
		}
		if err != nil {
			m.lock.Lock()
			m.failure = fmt.Errorf("%s: %w", m.name, err)
			m.heard.Broadcast()
			m.lock.Unlock()
			return
		}
	}
}

// hear takes in a response, acknowledges it and subscribes to what it names.
func (m *member) hear(response *discoveryv3.DeltaDiscoveryResponse) error {
	now, kind := time.Now(), response.TypeUrl
	m.say(&discoveryv3.DeltaDiscoveryRequest{TypeUrl: kind, ResponseNonce: response.Nonce})
	m.lock.Lock()
	defer m.lock.Unlock()
	defer m.heard.Broadcast()
	m.take(response, now)
	switch kind {
	case clusters:
		m.subscribe(endpoints, eds(response.Resources), response.RemovedResources)
	case listeners:
		held, err := all[*listenerv3.Listener](m.held[kind])
		if err != nil {
			return err
		}
		m.subscribe(routes, translation.Tables(held), nil)
	}
	return nil
}

func (m *member) take(response *discoveryv3.DeltaDiscoveryResponse, now time.Time) {
	kind := response.TypeUrl
	if m.held[kind] == nil {
		m.held[kind] = map[string]*discoveryv3.Resource{}
	}
	so := m.sent[kind]
	m.sent[kind] = amount{so.Number + len(response.Resources), so.Bytes + proto.Size(response), so.Responses + 1}
	for _, one := range response.Resources {
		m.held[kind][one.Name] = one
		m.meet(one, now)
	}
	for _, name := range response.RemovedResources {
		delete(m.held[kind], name)
		delete(m.wanted[kind], name) // there is no such thing any more: nothing to wait for
	}
}

// meet strikes the words off that a resource holds.
func (m *member) meet(one *discoveryv3.Resource, now time.Time) {
	left := m.missing[:0]
	for _, word := range m.missing {
		if bytes.Contains(one.Resource.Value, word) {
			m.last = now
		} else {
			left = append(left, word)
		}
	}
	m.missing = left
}

// subscribe asks for what is wanted by name from now on, and lets go of what is gone.
func (m *member) subscribe(kind string, names, gone []string) {
	asked := &discoveryv3.DeltaDiscoveryRequest{TypeUrl: kind}
	for _, name := range names {
		if !m.wanted[kind][name] {
			m.wanted[kind][name] = true
			asked.ResourceNamesSubscribe = append(asked.ResourceNamesSubscribe, name)
		}
	}
	for _, name := range gone {
		if m.wanted[kind][name] {
			delete(m.wanted[kind], name)
			delete(m.held[kind], name)
			asked.ResourceNamesUnsubscribe = append(asked.ResourceNamesUnsubscribe, name)
		}
	}
	if len(asked.ResourceNamesSubscribe)+len(asked.ResourceNamesUnsubscribe) > 0 {
		m.say(asked)
	}
}

// until returns when something holds of the proxy, with an error where it does not in time or the stream ended.
func (m *member) until(limit time.Time, holds func(*member) bool) error {
	late := time.AfterFunc(time.Until(limit), m.heard.Broadcast)
	defer late.Stop()
	m.lock.Lock()
	defer m.lock.Unlock()
	for !holds(m) {
		if m.failure != nil {
			return m.failure
		}
		if !time.Now().Before(limit) {
			return fmt.Errorf("%s: not in time, without %q", m.name, m.missing)
		}
		m.heard.Wait()
	}
	return m.failure
}

// complete says whether everything asked for has come.
func (m *member) complete() bool {
	if m.held[clusters] == nil || m.held[listeners] == nil {
		return false
	}
	for kind, names := range m.wanted {
		for name := range names {
			if m.held[kind][name] == nil {
				return false
			}
		}
	}
	return true
}

// told says whether every word has come.
func (m *member) told() bool { return len(m.missing) == 0 }

func (m *member) watch(words [][]byte) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.missing, m.last, m.sent = words, time.Time{}, map[string]amount{}
}

func (m *member) tally() tally {
	m.lock.Lock()
	defer m.lock.Unlock()
	found := tally{Held: map[string]amount{}, Sent: map[string]amount{}}
	for name, kind := range kinds {
		so := amount{Number: len(m.held[kind])}
		for _, one := range m.held[kind] {
			so.Bytes += proto.Size(one)
		}
		found.Held[name], found.Sent[name] = so, m.sent[kind]
	}
	tables, _ := all[*routev3.RouteConfiguration](m.held[routes])
	for _, table := range tables {
		for _, host := range table.VirtualHosts {
			found.Routes += len(host.Routes)
		}
	}
	return found
}

func (m *member) show(kind string) (map[string]json.RawMessage, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	shown := map[string]json.RawMessage{}
	for name, one := range m.held[kinds[kind]] {
		message, err := one.Resource.UnmarshalNew()
		if err != nil {
			return nil, err
		}
		if shown[name], err = protojson.Marshal(message); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// all returns the messages of a kind, in no order.
func all[M proto.Message](held map[string]*discoveryv3.Resource) (found []M, err error) {
	for _, one := range held {
		message, err := one.Resource.UnmarshalNew()
		if err != nil {
			return nil, err
		}
		found = append(found, message.(M))
	}
	return found, nil
}

// eds returns the names of the clusters whose endpoints are asked for apart. Of a cluster only its type is read, as
// a crowd that reads every field of thousands would slow down what it measures.
func eds(of []*discoveryv3.Resource) (names []string) {
	for _, one := range of {
		for rest := one.Resource.Value; len(rest) > 0; {
			number, form, tag := protowire.ConsumeTag(rest)
			length := protowire.ConsumeFieldValue(number, form, rest[max(tag, 0):])
			if tag < 0 || length < 0 {
				break
			}
			if number == clusterType && form == protowire.VarintType {
				if kind, _ := protowire.ConsumeVarint(rest[tag:]); kind == uint64(clusterv3.Cluster_EDS) {
					names = append(names, one.Name)
				}
			}
			rest = rest[tag+length:]
		}
	}
	return names
}
