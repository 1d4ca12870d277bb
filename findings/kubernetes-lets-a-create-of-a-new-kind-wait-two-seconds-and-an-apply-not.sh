#!/bin/sh
# Kubernetes 1.36.3: whoever creates an object of a kind whose definition became Established less than
# two seconds ago waits for two seconds, all of them, inside the API server. Its source says why: other
# API servers may not know the kind yet, and would answer 404 to what follows. A server-side apply that
# creates such an object is let in at once, and so are lists. So a definition and its first object take
# two seconds longer by `kubectl create`, or by `kubectl apply`, which creates what is not there, than
# with --server-side, and nothing says where they went.
# https://github.com/kubernetes/apiextensions-apiserver/blob/v0.36.3/pkg/apiserver/customresource_handler.go#L381-L388
#
# Runs the API server's own part for custom resources, and etcd. Needs Go 1.26 or later, and compiles
# both: many minutes the first time.
# Seen with k8s.io/apiextensions-apiserver v0.36.3, Go 1.26.8, Linux 6.18:
#   create: 2s
#   create, the next one: at once
#   apply: at once
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
	"testing"
	"time"

	v1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	servertesting "k8s.io/apiextensions-apiserver/pkg/cmd/server/testing"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	etcdtesting "k8s.io/apiserver/pkg/storage/etcd3/testing"
	"k8s.io/client-go/dynamic"
)

var (
	ctx   = context.Background()
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

func definition(plural, kind string) *v1.CustomResourceDefinition {
	shape := &v1.CustomResourceValidation{OpenAPIV3Schema: &v1.JSONSchemaProps{Type: "object"}}
	return &v1.CustomResourceDefinition{
		ObjectMeta: meta.ObjectMeta{Name: plural + ".example.test"},
		Spec: v1.CustomResourceDefinitionSpec{
			Group: "example.test",
			Names: v1.CustomResourceDefinitionNames{Plural: plural, Kind: kind},
			Scope: v1.ClusterScoped,
			Versions: []v1.CustomResourceDefinitionVersion{
				{Name: "v1", Served: true, Storage: true, Schema: shape},
			},
		},
	}
}

func object(kind, name string) *unstructured.Unstructured {
	one := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "example.test/v1", "kind": kind}}
	one.SetName(name)
	return one
}

func TestFinding(t *testing.T) {
	_, storage := etcdtesting.NewUnsecuredEtcd3TestClientServer(t)
	etcd := "--etcd-servers=" + storage.Transport.ServerList[0]
	server := servertesting.StartTestServerOrDie(t, nil, append(flags, etcd), nil)
	defer server.TearDownFn()
	definitions := clientset.NewForConfigOrDie(server.ClientConfig).ApiextensionsV1().CustomResourceDefinitions()

	served := func(plural, kind string) dynamic.ResourceInterface {
		if _, err := definitions.Create(ctx, definition(plural, kind), meta.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		version := schema.GroupVersionResource{Group: "example.test", Version: "v1", Resource: plural}
		found := dynamic.NewForConfigOrDie(server.ClientConfig).Resource(version)
		for {
			if _, err := found.List(ctx, meta.ListOptions{}); err == nil {
				return found
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	tell := func(what string, do func() error) {
		begun := time.Now()
		if err := do(); err != nil {
			t.Fatal(err)
		}
		word := "at once"
		if took := time.Since(begun); took > time.Second {
			word = took.Truncate(time.Second).String()
		}
		fmt.Printf("%s: %s\n", what, word)
	}

	created := served("creates", "Create")
	tell("create", func() error {
		_, err := created.Create(ctx, object("Create", "one"), meta.CreateOptions{})
		return err
	})
	tell("create, the next one", func() error {
		_, err := created.Create(ctx, object("Create", "two"), meta.CreateOptions{})
		return err
	})
	applied := served("applies", "Apply")
	tell("apply", func() error {
		_, err := applied.Apply(ctx, "one", object("Apply", "one"), meta.ApplyOptions{FieldManager: "x"})
		return err
	})
}
GO
cat >wanted <<'END'
create: 2s
create, the next one: at once
apply: at once
END
go get k8s.io/apiextensions-apiserver@v0.36.3 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -count=1 -run TestFinding -v . >said 2>&1 || { cat said; exit 1; }
grep -E '^(create|apply)' said | tee seen
cmp -s wanted seen
