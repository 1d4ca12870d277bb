package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	kubeyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"

	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/schema/collections"
)

// verdict is what Istio's own validation (its admission webhook's code) says of one object.
type verdict struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Error     string `json:"error,omitempty"`
	Warning   string `json:"warning,omitempty"`
}

// validate judges each document by itself, so one bad object does not hide the others.
// Only text that is not YAML at all is an error of the case.
func validate(text string) (verdicts []verdict, accepted []config.Config, err error) {
	documents := kubeyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return verdicts, accepted, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("istio: %w", err)
		}
		var head crd.IstioKind
		if err := yaml.Unmarshal(document, &head); err != nil {
			return nil, nil, fmt.Errorf("istio: %w", err)
		}
		if head.Kind == "" && head.Name == "" {
			continue
		}
		said, object := judgeObject(head, string(document))
		verdicts = append(verdicts, said)
		if object != nil {
			accepted = append(accepted, *object)
		}
	}
}

func judgeObject(head crd.IstioKind, document string) (verdict, *config.Config) {
	said := verdict{Kind: head.Kind, Namespace: head.Namespace, Name: head.Name}
	parsed, _, err := crd.ParseInputs(document)
	if err != nil {
		said.Error = err.Error()
		return said, nil
	}
	if len(parsed) != 1 {
		said.Error = "Istio knows no kind " + head.APIVersion + " " + head.Kind
		return said, nil
	}
	object := parsed[0]
	if object.Namespace == "" {
		object.Namespace = "default"
		said.Namespace = "default"
	}
	object.Domain = constants.DefaultClusterLocalDomain // what short host names are completed with
	if object.CreationTimestamp.IsZero() {
		object.CreationTimestamp = time.Unix(0, 0) // one age for all: then the name decides, and every run alike
	}
	if schema, known := collections.PilotGatewayAPI().FindByGroupVersionAliasesKind(object.GroupVersionKind); known {
		if warning, _ := schema.ValidateConfig(object); warning != nil {
			said.Warning = warning.Error()
		}
	}
	return said, &object
}
