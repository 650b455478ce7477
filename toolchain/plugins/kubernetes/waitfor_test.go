package main

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestWaitFor(t *testing.T) {
	obj := &unstructured.Unstructured{Object: object{
		"metadata": object{"generation": int64(2)},
		"spec":     object{"replicas": int64(3)},
		"status": object{
			"phase": "Running", "empty": "",
			"conditions": []any{
				object{"type": "Ready", "status": "True"}, object{"type": "Old", "status": "True", "observedGeneration": int64(1)},
				object{"type": "Failing", "status": "False", "message": "not at all"},
			},
		},
	}}
	cases := []struct {
		text    string
		holds   bool
		instead string
	}{
		{"condition=Ready", true, ""},
		{"condition=ready=true", true, ""},
		{"condition=Failing=False", true, ""},
		{"condition=Failing", false, "condition Failing is False not at all"},
		{"condition=Missing", false, "not there yet"},
		{"condition=Old", false, "earlier generation"},
		{"jsonpath={.status.phase}=Running", true, ""},
		{"jsonpath={.status.phase}", true, ""},
		{"jsonpath='{.status.phase}'=Running", true, ""},
		{"jsonpath=.status.phase=Running", true, ""},
		{"jsonpath={.status.phase}=Failed", false, `is "Running", waiting for "Failed"`},
		{"jsonpath={.spec.replicas}=3", true, ""},
		{"jsonpath={.status.address}", false, "not there yet"},
		{`jsonpath={.status.conditions[?(@.type=="Ready")].status}=True`, true, ""},
		{"jsonpath={.status.conditions}", true, ""},
		{"jsonpath={.status.conditions[0]}=x", false, "no single value"},
		{`["condition=Ready","jsonpath={.status.phase}=Failed"]`, false, "waiting for"},
		{`["condition=Ready","jsonpath={.status.phase}=Running"]`, true, ""},
	}
	for _, c := range cases {
		t.Run(c.text, func(t *testing.T) {
			expectations, err := parseWaitFor(c.text)
			if err != nil {
				t.Fatal(err)
			}
			found := expected(expectations, obj)
			if (found.phase == isReady) != c.holds || !strings.Contains(found.message, c.instead) {
				t.Fatalf("holds %v, says %q", found.phase == isReady, found.message)
			}
		})
	}
}

func TestWrongWaitFor(t *testing.T) {
	for _, text := range []string{"ready", "condition=", "jsonpath={.a", "jsonpath={.a}=", "jsonpath={.a}x", "[]", `["condition=Ready", "x"]`, "[1]", "jsonpath={.a[}"} {
		if _, err := parseWaitFor(text); err == nil {
			t.Errorf("%s is taken", text)
		} else if strings.Count(err.Error(), "found") != 1 {
			t.Errorf("%s: %v", text, err)
		}
	}
}
