// Runs scripts of resource customizations as Argo CD does, with its own machine: one JSON object a
// line in, one a line out. engines/README.md tells its form.
package main

import (
	"bufio"
	"encoding/json"
	"log"
	"os"

	"github.com/argoproj/argo-cd/gitops-engine/v3/pkg/health"
	"github.com/argoproj/argo-cd/v3/util/lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type question struct {
	Health    string         `json:"health"`
	Object    map[string]any `json:"object"`
	Libraries bool           `json:"libraries"`
}

type answer struct {
	Health *health.HealthStatus `json:"health"`
	Error  string               `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if err := answers.Encode(answered(asked)); err != nil {
			log.Fatal(err)
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

func answered(asked question) answer {
	object := &unstructured.Unstructured{Object: asked.Object}
	status, err := lua.VM{UseOpenLibs: asked.Libraries}.ExecuteHealthLua(object, asked.Health)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Health: status}
}
