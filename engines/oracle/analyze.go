package main

import (
	"strings"

	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/diag"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/config/constants"
)

// analyze runs all of Istio's analyzers on a folder's worth of YAML, as `istioctl analyze --use-kube=false -A` does.
// A document that cannot be read is an error, not a silence.
func analyze(text string) (diag.Messages, error) {
	judge := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", constants.IstioSystemNamespace, nil)
	if err := judge.AddDefaultResources(); err != nil {
		return nil, err
	}
	if err := judge.AddReaderKubeSource([]local.ReaderSource{{Name: "-", Reader: strings.NewReader(text)}}); err != nil {
		return nil, err
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := judge.Analyze(stop)
	return result.Messages, err
}
