package main

import (
	"encoding/json"
	"reflect"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// managed is a live object with a record of who owns what.
func managed(t *testing.T, text string, managers map[string]string) *unstructured.Unstructured {
	t.Helper()
	obj := &unstructured.Unstructured{}
	if err := obj.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	var entries []any
	for name, record := range managers {
		var fields map[string]any
		if err := json.Unmarshal([]byte(record), &fields); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, map[string]any{"manager": name, "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
	}
	if err := unstructured.SetNestedSlice(obj.Object, entries, "metadata", "managedFields"); err != nil {
		t.Fatal(err)
	}
	return obj
}

func fromJSON(t *testing.T, text string) object {
	t.Helper()
	obj := &unstructured.Unstructured{}
	if err := obj.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return obj.Object
}

func TestDrift(t *testing.T) {
	const head = `"apiVersion":"x.io/v1","kind":"Boat"`
	cases := []struct {
		name, inputs, then, now string
		managers                map[string]string
		want                    string
	}{
		{
			"a value another manager set is drift", `{` + head + `,"spec":{"n":2}}`, `{` + head + `,"spec":{"n":2}}`,
			`{` + head + `,"spec":{"n":5}}`, map[string]string{"us": `{"f:spec":{}}`, "hpa": `{"f:spec":{"f:n":{}}}`}, `{` + head + `,"spec":{"n":5}}`,
		},
		{
			"a value the server spells otherwise is none", `{` + head + `,"spec":{"size":"1024Mi"}}`, `{` + head + `,"spec":{"size":"1Gi"}}`,
			`{` + head + `,"spec":{"size":"1Gi"}}`, map[string]string{"us": `{"f:spec":{"f:size":{}}}`}, `{` + head + `,"spec":{"size":"1024Mi"}}`,
		},
		{
			"what others added is none", `{` + head + `,"spec":{"n":2}}`, `{` + head + `,"spec":{"n":2}}`,
			`{` + head + `,"spec":{"n":2,"more":1}}`, map[string]string{"us": `{"f:spec":{"f:n":{}}}`}, `{` + head + `,"spec":{"n":2}}`,
		},
		{
			"what others took away is drift", `{` + head + `,"spec":{"n":2,"m":1}}`, `{` + head + `,"spec":{"n":2,"m":1}}`,
			`{` + head + `,"spec":{"n":2}}`, map[string]string{"us": `{"f:spec":{"f:n":{}}}`}, `{` + head + `,"spec":{"n":2}}`,
		},
		{
			"what the server never stored is none", `{` + head + `,"spec":{"n":2,"typo":1}}`, `{` + head + `,"spec":{"n":2}}`,
			`{` + head + `,"spec":{"n":2}}`, map[string]string{"us": `{"f:spec":{"f:n":{}}}`}, `{` + head + `,"spec":{"n":2,"typo":1}}`,
		},
		{
			"an item is found by its name, whatever stands before it",
			`{` + head + `,"spec":{"list":[{"name":"a","v":1}]}}`, `{` + head + `,"spec":{"list":[{"name":"a","v":1}]}}`,
			`{` + head + `,"spec":{"list":[{"name":"sidecar","v":9},{"name":"a","v":3}]}}`,
			map[string]string{"us": `{"f:spec":{"f:list":{"k:{\"name\":\"a\"}":{".":{},"f:name":{}}}}}`, "them": `{"f:spec":{"f:list":{"k:{\"name\":\"a\"}":{"f:v":{}}}}}`},
			`{` + head + `,"spec":{"list":[{"name":"a","v":3}]}}`,
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := drifted(fromJSON(t, c.inputs), managed(t, c.now, c.managers), managed(t, c.then, nil), "us")
			if want := fromJSON(t, c.want); !reflect.DeepEqual(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
		})
	}
}

func TestTakeOverInheritsOnlyFromThoseWhoDeclared(t *testing.T) {
	live := managed(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"7"},"data":{"a":"1","b":"2","c":"3"}}`, map[string]string{
		"kubectl-client-side-apply": `{"f:data":{"f:a":{}}}`,
		"kubectl-edit":              `{"f:data":{"f:b":{}}}`,
		"other-team":                `{"f:data":{"f:c":{}}}`,
	})
	entries := live.GetManagedFields()
	for i := range entries {
		entries[i].Operation = "Update"
	}
	live.SetManagedFields(entries)
	patch, err := takeOver(live, "us", true)
	if err != nil {
		t.Fatal(err)
	}
	var operations []struct {
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(patch, &operations); err != nil {
		t.Fatal(err)
	}
	var left []struct{ Manager string }
	if err := json.Unmarshal(operations[0].Value, &left); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, entry := range left {
		names[entry.Manager] = true
	}
	if want := map[string]bool{"us": true, "kubectl-edit": true, "other-team": true}; !reflect.DeepEqual(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
	if patch, _ := takeOver(live, "us", false); patch != nil {
		t.Fatal("there was nothing of this manager's own to move")
	}
}
