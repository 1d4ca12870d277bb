#!/bin/sh
# Kubernetes 1.36.3, custom resources: `type: integer` takes a whole number however it is spelled, 5,
# 5.0 or 5e0, as JSON Schema has it, and refuses 5.5. As soon as a rule of the schema (CEL, in
# x-kubernetes-validations) reads the field, be it by has(), 5.0 is refused: "invalid data, expected
# int, got float64". A rule added for something else about a field so breaks who writes it as 5.0.
# kubectl does not, as it sends 5 for the 5.0 of a file.
#
# Runs the API server's own two checks of a custom resource. Needs Go 1.26 or later.
# Seen with k8s.io/apiextensions-apiserver v0.36.3, Go 1.26.8, Linux 6.18:
#   no rule: 5 taken, 5.0 taken, 5e0 taken, 5.5 refused by the schema
#   a rule for another field: 5 taken, 5.0 taken, 5e0 taken, 5.5 refused by the schema
#   has(self.size): 5 taken, 5.0 refused by the rule, 5e0 refused by the rule, 5.5 refused by the schema
#   self.size > 0: 5 taken, 5.0 refused by the rule, 5e0 refused by the rule, 5.5 refused by the schema
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
go mod init example.test/finding 2>/dev/null
cat >finding_test.go <<'GO'
package finding

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/util/json"
	limits "k8s.io/apiserver/pkg/apis/cel"
)

func judged(t *testing.T, rules apiextensions.ValidationRules, size string) string {
	props := apiextensions.JSONSchemaProps{
		Type: "object",
		Properties: map[string]apiextensions.JSONSchemaProps{
			"size": {Type: "integer"},
			"name": {Type: "string"},
		},
		XValidations: rules,
	}
	var object map[string]any
	if err := json.Unmarshal([]byte(`{"name": "a", "size": `+size+`}`), &object); err != nil {
		t.Fatal(err)
	}
	shape, _, err := validation.NewSchemaValidator(&props)
	if err != nil {
		t.Fatal(err)
	}
	if len(validation.ValidateCustomResource(nil, object, shape)) > 0 {
		return "refused by the schema"
	}
	structural, err := schema.NewStructural(&props)
	if err != nil {
		t.Fatal(err)
	}
	validator := cel.NewValidator(structural, true, limits.PerCallLimit)
	found, _ := validator.Validate(
		context.Background(), nil, structural, object, nil, limits.RuntimeCELCostBudget)
	if len(found) == 0 {
		return "taken"
	}
	if !strings.Contains(found[0].Error(), "expected int, got float64") {
		t.Fatal(found)
	}
	return "refused by the rule"
}

func TestFinding(t *testing.T) {
	rules := map[string]string{
		"a rule for another field": "self.name != 'b'",
		"has(self.size)":           "has(self.size)",
		"self.size > 0":            "self.size > 0",
	}
	for _, name := range []string{"no rule", "a rule for another field", "has(self.size)", "self.size > 0"} {
		var of apiextensions.ValidationRules
		if rule, ok := rules[name]; ok {
			of = apiextensions.ValidationRules{{Rule: rule}}
		}
		var said []string
		for _, size := range []string{"5", "5.0", "5e0", "5.5"} {
			said = append(said, size+" "+judged(t, of, size))
		}
		fmt.Printf("%s: %s\n", name, strings.Join(said, ", "))
	}
}
GO
cat >wanted <<'END'
no rule: 5 taken, 5.0 taken, 5e0 taken, 5.5 refused by the schema
a rule for another field: 5 taken, 5.0 taken, 5e0 taken, 5.5 refused by the schema
has(self.size): 5 taken, 5.0 refused by the rule, 5e0 refused by the rule, 5.5 refused by the schema
self.size > 0: 5 taken, 5.0 refused by the rule, 5e0 refused by the rule, 5.5 refused by the schema
END
go get k8s.io/apiextensions-apiserver@v0.36.3 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -count=1 -run TestFinding -v . >said 2>&1 || { cat said; exit 1; }
grep ': 5 ' said | tee seen
cmp -s wanted seen
