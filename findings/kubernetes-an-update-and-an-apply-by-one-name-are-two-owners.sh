#!/bin/sh
# Kubernetes 1.36.3: who owned a field by an update (or a create, or a patch that is no apply) under
# the name "shop" conflicts with itself when it then applies that field, with another value, under
# the same name: field managers are told apart by name and by operation. The message names "shop" as
# the one who is in the way. A program that moves from updates to server-side apply has to force its
# first one, or move the entry in managedFields, as kubectl does by csaupgrade.
#
# Runs the API server's own field manager. Needs Go 1.26 or later.
# Seen with k8s.io/apimachinery v0.36.3, Go 1.26.8, Linux 6.18:
#   updated, then applied alike: taken
#   updated, then applied: Apply failed with 1 conflict: conflict with "shop" using v1: .data.a
#   applied, then applied: taken
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
go mod init example.test/finding 2>/dev/null
cat >finding_test.go <<'GO'
package finding

import (
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/apimachinery/pkg/util/managedfields/managedfieldstest"
)

var kind = schema.GroupVersionKind{Version: "v1", Kind: "ConfigMap"}

func object(value string) *unstructured.Unstructured {
	one := &unstructured.Unstructured{Object: map[string]any{"data": map[string]any{"a": value}}}
	one.SetGroupVersionKind(kind)
	one.SetName("one")
	return one
}

func manager() managedfieldstest.TestFieldManager {
	return managedfieldstest.NewTestFieldManager(managedfields.NewDeducedTypeConverter(), kind)
}

func said(err error) string {
	if err == nil {
		return "taken"
	}
	return err.Error()
}

func TestFinding(t *testing.T) {
	updated := manager()
	if err := updated.Update(object("1"), "shop"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("updated, then applied alike:", said(updated.Apply(object("1"), "shop", false)))

	updated = manager()
	if err := updated.Update(object("1"), "shop"); err != nil {
		t.Fatal(err)
	}
	fmt.Println("updated, then applied:", said(updated.Apply(object("2"), "shop", false)))

	applied := manager()
	if err := applied.Apply(object("1"), "shop", false); err != nil {
		t.Fatal(err)
	}
	fmt.Println("applied, then applied:", said(applied.Apply(object("2"), "shop", false)))
}
GO
cat >wanted <<'END'
updated, then applied alike: taken
updated, then applied: Apply failed with 1 conflict: conflict with "shop" using v1: .data.a
applied, then applied: taken
END
go get k8s.io/apimachinery@v0.36.3 >/dev/null 2>&1
go mod tidy >/dev/null 2>&1
go test -count=1 -run TestFinding -v . >said 2>&1 || { cat said; exit 1; }
grep -E '^(updated|applied), ' said | tee seen
cmp -s wanted seen
