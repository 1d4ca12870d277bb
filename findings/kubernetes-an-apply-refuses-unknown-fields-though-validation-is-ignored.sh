#!/bin/sh
# Kubernetes 1.36.3: a server-side apply with fieldValidation=Ignore refuses a field that the schema
# does not have, where every other write drops it in silence. What the parameter governs in an apply
# is a key that is there twice: Strict refuses it, Ignore takes the second one. For that the server
# reads the whole body a second time with Strict, and with Warn, which holds where nothing is said;
# for a VirtualService of 15 KB it is an eighth of what the apply costs. Who encodes objects by
# a library has no keys twice, and loses nothing by Ignore.
# https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
#
# Runs the API server's own part for custom resources, and etcd. Needs Go 1.26 or later, and compiles
# both: many minutes the first time.
# Seen with k8s.io/apiextensions-apiserver v0.36.3, Go 1.26.8, Linux 6.18:
#   merge, unknown field, Ignore: taken
#   apply, unknown field, Ignore: refused, .spec.b: field not declared in schema
#   apply, unknown field, Strict: refused, .spec.b: field not declared in schema
#   apply, key twice, Ignore: taken
#   apply, key twice, Strict: refused, key "a" already set in map
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat >kubeconfig <<'END'
apiVersion: v1
kind: Config
clusters: [{name: nobody, cluster: {server: "http://127.0.0.1:1"}}]
contexts: [{name: nobody, context: {cluster: nobody, user: nobody}}]
current-context: nobody
users: [{name: nobody, user: {}}]
END
go mod init example.test/finding 2>/dev/null
cat >finding_test.go <<'GO'
package finding

import (
	"context"
	"fmt"
	"regexp"
	"testing"
	"time"

	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	servertesting "k8s.io/apiextensions-apiserver/pkg/cmd/server/testing"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	etcdtesting "k8s.io/apiserver/pkg/storage/etcd3/testing"
	"k8s.io/client-go/dynamic"
)

const head = `apiVersion: example.test/v1
kind: Route
metadata: {name: one}
spec:
`

var (
	ctx   = context.Background()
	why   = regexp.MustCompile(`\.spec\.b: field not declared in schema|key "a" already set in map`)
	text  = v1.JSONSchemaProps{Type: "string"}
	spec  = v1.JSONSchemaProps{Type: "object", Properties: map[string]v1.JSONSchemaProps{"a": text}}
	whole = v1.JSONSchemaProps{Type: "object", Properties: map[string]v1.JSONSchemaProps{"spec": spec}}
	flags = []string{
		"--authentication-kubeconfig=kubeconfig",
		"--authentication-skip-lookup",
		"--authorization-kubeconfig=kubeconfig",
		"--kubeconfig=kubeconfig",
		"--enable-priority-and-fairness=false",
		"--disable-admission-plugins=NamespaceLifecycle,MutatingAdmissionWebhook," +
			"ValidatingAdmissionWebhook,MutatingAdmissionPolicy,ValidatingAdmissionPolicy",
	}
)

func TestFinding(t *testing.T) {
	_, storage := etcdtesting.NewUnsecuredEtcd3TestClientServer(t)
	etcd := "--etcd-servers=" + storage.Transport.ServerList[0]
	server := servertesting.StartTestServerOrDie(t, nil, append(flags, etcd), nil)
	defer server.TearDownFn()
	kind := &v1.CustomResourceDefinition{
		ObjectMeta: meta.ObjectMeta{Name: "routes.example.test"},
		Spec: v1.CustomResourceDefinitionSpec{
			Group: "example.test",
			Names: v1.CustomResourceDefinitionNames{Plural: "routes", Kind: "Route"},
			Scope: v1.ClusterScoped,
			Versions: []v1.CustomResourceDefinitionVersion{
				{Name: "v1", Served: true, Storage: true, Schema: &v1.CustomResourceValidation{OpenAPIV3Schema: &whole}},
			},
		},
	}
	definitions := clientset.NewForConfigOrDie(server.ClientConfig).ApiextensionsV1().CustomResourceDefinitions()
	if _, err := definitions.Create(ctx, kind, meta.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	version := schema.GroupVersionResource{Group: "example.test", Version: "v1", Resource: "routes"}
	routes := dynamic.NewForConfigOrDie(server.ClientConfig).Resource(version)
	for {
		if _, err := routes.List(ctx, meta.ListOptions{}); err == nil {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	tell := func(what string, form types.PatchType, validation, body string) {
		how := meta.PatchOptions{FieldManager: "x", FieldValidation: validation}
		said := "taken"
		if _, err := routes.Patch(ctx, "one", form, []byte(body), how); err != nil {
			said = "refused, " + why.FindString(err.Error())
		}
		fmt.Printf("%s, %s: %s\n", what, validation, said)
	}
	if _, err := routes.Patch(ctx, "one", types.ApplyPatchType, []byte(head+`  a: "1"`), meta.PatchOptions{FieldManager: "x"}); err != nil {
		t.Fatal(err)
	}
	unknown, twice := head+`  b: "1"`, head+"  a: \"1\"\n  a: \"2\"\n"
	tell("merge, unknown field", types.MergePatchType, "Ignore", `{"spec": {"b": "1"}}`)
	tell("apply, unknown field", types.ApplyPatchType, "Ignore", unknown)
	tell("apply, unknown field", types.ApplyPatchType, "Strict", unknown)
	tell("apply, key twice", types.ApplyPatchType, "Ignore", twice)
	tell("apply, key twice", types.ApplyPatchType, "Strict", twice)
}
GO
cat >wanted <<'END'
merge, unknown field, Ignore: taken
apply, unknown field, Ignore: refused, .spec.b: field not declared in schema
apply, unknown field, Strict: refused, .spec.b: field not declared in schema
apply, key twice, Ignore: taken
apply, key twice, Strict: refused, key "a" already set in map
END
go get k8s.io/apiextensions-apiserver@v0.36.3 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -count=1 -run TestFinding -v . >said 2>&1 || { cat said; exit 1; }
grep -E '^(merge|apply), ' said | tee seen
cmp -s wanted seen
