package main

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestSecrecyFollowsThePath(t *testing.T) {
	ins := resource.PropertyMap{"spec": resource.NewProperty(resource.PropertyMap{
		"open": resource.NewProperty("a"), "closed": resource.MakeSecret(resource.NewProperty("b")),
		"list": resource.NewProperty([]resource.PropertyValue{resource.NewProperty("x"), resource.MakeSecret(resource.NewProperty("y"))}),
	})}
	live := &unstructured.Unstructured{Object: object{"spec": object{"open": "a", "closed": "b", "list": []any{"y", "x"}}}}
	state := checkpoint(ins, live, "v1", "us")
	spec := state["spec"].ObjectValue()
	if spec["open"].IsSecret() || !spec["closed"].IsSecret() || !spec["list"].IsSecret() {
		t.Fatal(spec)
	}
	if state[inputsKey].ObjectValue()["spec"].ObjectValue()["open"].IsSecret() {
		t.Fatal("what is open became secret")
	}
}

func TestASecretsDataIsSecretWhoeverMadeIt(t *testing.T) {
	live := &unstructured.Unstructured{Object: object{
		"kind": "Secret", "data": object{"a": "Yg=="},
		"metadata": object{"annotations": object{lastAppliedAnnotation: `{"data":{"a":"Yg=="}}`, "other": "x"}},
	}}
	state := checkpoint(resource.PropertyMap{}, live, "v1", "us")
	annotations := state["metadata"].ObjectValue()["annotations"].ObjectValue()
	if !state["data"].IsSecret() || !annotations[lastAppliedAnnotation].IsSecret() || annotations["other"].IsSecret() {
		t.Fatal(state)
	}
}

func TestMessagesHoldNoSecret(t *testing.T) {
	r := newRedactor()
	r.learn(resource.PropertyMap{
		"kind": resource.NewProperty("Secret"),
		"data": resource.NewProperty(resource.PropertyMap{"a": resource.NewProperty(base64.StdEncoding.EncodeToString([]byte("first secret")))}),
		"spec": resource.NewProperty(resource.PropertyMap{"key": resource.MakeSecret(resource.NewProperty("line one\nline two")), "n": resource.MakeSecret(resource.NewProperty("on"))}),
	})
	for _, text := range []string{"first secret", base64.StdEncoding.EncodeToString([]byte("first secret")), "line two", "x line one y"} {
		if got := r.hide(text); !strings.Contains(got, hidden) || strings.Contains(got, "secret ") || strings.Contains(got, "line") {
			t.Errorf("%q becomes %q", text, got)
		}
	}
	if got := r.hide("turned on"); got != "turned on" {
		t.Error(got)
	}
}
