// The oracle answers what Istio itself makes of a mesh.
//
// In: one JSON case a line on standard input, {"kubernetes": YAML, "istio": YAML, "proxies": [...]}, or {"analyze": YAML}.
// Out: one JSON line a case, in order: what Istio's validation says of each object, and for each proxy the
// listeners, route tables, clusters and endpoints that istiod would send it; or what Istio's analyzers say.
// It is a program of its own because the code that judges is Istio's, in Go, and must share nothing with ours.
// It refuses nothing: a case that cannot be translated is answered with {"error": ...}, and the next one is read.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"k8s.io/klog/v2"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/analysis/diag"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/kube/krt"
	"istio.io/istio/pkg/log"
	"istio.io/istio/pkg/test"

	"laneway/engines/translation"
)

// istioVersion is what the proxies say of themselves: the release whose code is linked in (go.mod).
const istioVersion = "1.31.0"

// mesh is one case: a cluster's objects and the proxies whose configuration is asked for; or objects of every kind,
// to be analyzed.
type mesh struct {
	Kubernetes string                 `json:"kubernetes"`
	Istio      string                 `json:"istio"`
	Proxies    []translation.Workload `json:"proxies"`
	Analyze    string                 `json:"analyze"`
}

// answer is what one case comes to. Objects that Istio's validation rejects are listed with their error and take no
// part in the translation, as its webhook would keep them out of the cluster.
type answer struct {
	Error    string                    `json:"error,omitempty"`
	Objects  []verdict                 `json:"objects,omitempty"`
	Proxies  []translation.Translation `json:"proxies,omitempty"`
	Messages diag.Messages             `json:"messages,omitempty"`
}

func main() {
	silence()
	debug.SetGCPercent(400) // a sixth less time for 70 MB more: 200 MB, and no more after thousands of cases
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriter(os.Stdout)
	for {
		line, err := in.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" {
			encoded, failure := json.Marshal(judge(text))
			if failure != nil {
				encoded, _ = json.Marshal(answer{Error: failure.Error()})
			}
			out.Write(append(encoded, '\n'))
			out.Flush()
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "oracle:", err)
			os.Exit(1)
		}
	}
}

// silence keeps Istio's and Kubernetes' logging out of the answers; it also costs more than the translation does.
func silence() {
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	_ = log.Configure(options)
	for _, scope := range log.Scopes() {
		scope.SetOutputLevel(log.NoneLevel)
	}
	klog.SetLogger(klog.Logger{})
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
}

func judge(line string) (result answer) {
	var asked mesh
	if err := json.Unmarshal([]byte(line), &asked); err != nil {
		return answer{Error: "not a case: " + err.Error()}
	}
	// Every collection of a server registers here for its debug page and is never let go: one registry a case.
	krt.GlobalDebugHandler = new(krt.DebugHandler)
	if asked.Analyze != "" {
		messages, err := analyze(asked.Analyze)
		if err != nil {
			return answer{Error: err.Error()}
		}
		return answer{Messages: messages}
	}
	objects, accepted, err := validate(asked.Istio)
	if err != nil {
		return answer{Error: err.Error()}
	}
	result.Objects = objects
	if len(asked.Proxies) == 0 {
		return result
	}
	err = test.Wrap(func(t test.Failer) {
		defer func() {
			if problem := recover(); problem != nil {
				t.Fatalf("%v", problem)
			}
		}()
		server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{KubernetesObjectString: asked.Kubernetes, Configs: accepted})
		for _, one := range asked.Proxies {
			result.Proxies = append(result.Proxies, translate(t, server, one, join(server, one)))
		}
	})
	if err != nil {
		return answer{Error: err.Error(), Objects: objects}
	}
	return result
}

// join registers the workload with the server the way its Envoy would by its node id and metadata.
func join(server *xds.FakeDiscoveryServer, w translation.Workload) *model.Proxy {
	proxy := &model.Proxy{
		ID:              w.Name + "." + w.Namespace,
		Type:            model.NodeType(w.Type),
		IPAddresses:     []string{w.IP},
		ConfigNamespace: w.Namespace,
		Metadata: &model.NodeMetadata{
			Namespace:    w.Namespace,
			ClusterID:    cluster.ID(constants.DefaultClusterName),
			Labels:       w.Labels,
			IstioVersion: istioVersion,
		},
	}
	proxy.SetWorkloadLabels(server.Env())
	return server.SetupProxy(proxy)
}
