package main

import (
	"slices"
	"strings"
	"testing"
)

const manifests = `
apiVersion: x.io/v1
kind: Boat
metadata: {name: boat, namespace: sea}
---
# nothing here
---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: first, namespace: sea, annotations: {config.kubernetes.io/depends-on: /namespaces/sea/ConfigMap/second}}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: second, namespace: sea}, data: {n: "1"}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.x.io}
spec: {group: x.io, names: {kind: Boat}}
---
apiVersion: v1
kind: Namespace
metadata: {name: sea}
`

func TestManifestsComeInTheOrderOfTheirNeeds(t *testing.T) {
	objects, err := parseManifests("the test", manifests)
	if err != nil {
		t.Fatal(err)
	}
	ordered, err := inOrder(expandLists(objects))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, each := range ordered {
		names = append(names, textIn(each.obj, "metadata", "name"))
	}
	for _, pair := range [][2]string{{"sea", "boat"}, {"boats.x.io", "boat"}, {"second", "first"}, {"sea", "second"}} {
		if slices.Index(names, pair[0]) > slices.Index(names, pair[1]) {
			t.Errorf("%s comes after %s: %v", pair[0], pair[1], names)
		}
	}
	if len(names) != 5 {
		t.Error(names)
	}
}

func TestWrongManifestsAreSaidWithTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"a: b":           "document 1 of the test is no Kubernetes object",
		"---\na: [":      "of the test is no YAML",
		"kind: Service":  "document 1 of the test is no Kubernetes object",
		"- just\n- text": "document 1 of the test is no Kubernetes object",
	} {
		if _, err := parseManifests("the test", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	circle := `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, annotations: {config.kubernetes.io/depends-on: /ConfigMap/a}}}`
	objects, err := parseManifests("the test", circle)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := inOrder(objects); err == nil {
		t.Error("an object that waits for itself is taken")
	}
}
