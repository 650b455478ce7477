package main

import (
	"slices"
	"testing"
)

func paths(changes []change) (all, replacing []string) {
	for _, c := range changes {
		all = append(all, c.path.String())
		if c.replace {
			replacing = append(replacing, c.path.String())
		}
	}
	return all, replacing
}

func deployment(spec object) object {
	return object{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": object{"name": "api", "namespace": "shop"}, "spec": spec}
}

func TestChangesArePathsOfFields(t *testing.T) {
	old := object{"a": int64(1), "list": []any{"x", "y"}, "gone": true, "map": object{"dotted.key": "1", "same": "s"}}
	new := object{"a": float64(1), "list": []any{"x", "z", "more"}, "map": object{"dotted.key": "2", "same": "s"}, "late": unknown{}}
	all, _ := paths(changesBetween(old, new))
	want := []string{"gone", "late", "list[1]", "list[2]", `map["dotted.key"]`}
	if !slices.Equal(all, want) {
		t.Fatalf("got %v, want %v", all, want)
	}
}

func TestAnUnknownValueIsAChange(t *testing.T) {
	if all, _ := paths(changesBetween(object{"a": "x"}, object{"a": unknown{}})); !slices.Equal(all, []string{"a"}) {
		t.Fatal(all)
	}
}

func TestSpellingsOfOneValueAreEqual(t *testing.T) {
	written := deployment(object{
		"replicas": int64(1), "paused": false,
		"template": object{"spec": object{"containers": []any{object{
			"name": "a", "resources": object{"limits": object{"cpu": "1000m", "memory": "1024Mi"}},
		}}}},
	})
	same := deployment(object{
		"replicas": int64(1),
		"template": object{"spec": object{"containers": []any{object{
			"name": "a", "resources": object{"limits": object{"cpu": "1", "memory": "1Gi"}},
		}}}},
	})
	if all, _ := paths(changesBetween(normalize(written), normalize(same))); len(all) != 0 {
		t.Fatal(all)
	}
}

func TestAMisspeltFieldStaysForTheServerToName(t *testing.T) {
	spec, _ := normalize(deployment(object{"replcas": int64(2)}))["spec"].(object)
	if spec["replcas"] != int64(2) {
		t.Fatal(spec)
	}
}

func TestStringDataIsData(t *testing.T) {
	secret := func(key, value string) object {
		return object{"apiVersion": "v1", "kind": "Secret", "metadata": object{"name": "s"}, key: object{"a": value}}
	}
	if all, _ := paths(changesBetween(normalize(secret("data", "Yg==")), normalize(secret("stringData", "b")))); len(all) != 0 {
		t.Fatal(all)
	}
	changes := changesBetween(normalize(secret("stringData", "a")), normalize(secret("stringData", "b")))
	if all, _ := paths(asWritten(changes, secret("stringData", "a"), secret("stringData", "b"))); !slices.Equal(all, []string{"stringData.a"}) {
		t.Fatal(all)
	}
}

func TestReplacements(t *testing.T) {
	of := func(version, kind string, more object) object {
		more["apiVersion"], more["kind"] = version, kind
		if more["metadata"] == nil {
			more["metadata"] = object{"name": "it"}
		}
		return more
	}
	cases := []struct {
		name     string
		old, new object
		m        mutability
		patch    bool
		want     []string
	}{
		{"another name", of("v1", "Service", object{}), of("v1", "Service", object{"metadata": object{"name": "x"}}), mutability{}, false, []string{"metadata.name"}},
		{"another name of a patch", of("v1", "Service", object{}), of("v1", "Service", object{"metadata": object{"name": "x"}}), mutability{}, true, []string{"metadata.name"}},
		{"replicas", deployment(object{"replicas": int64(1)}), deployment(object{"replicas": int64(2)}), mutability{}, false, nil},
		{"a selector below", deployment(object{"selector": object{"matchLabels": object{"a": "1"}}}), deployment(object{"selector": object{"matchLabels": object{"a": "2"}}}), mutability{}, false, []string{"spec.selector.matchLabels.a"}},
		{"a whole spec with a selector", of("apps/v1", "Deployment", object{}), of("apps/v1", "Deployment", object{"spec": object{"selector": object{}}}), mutability{}, false, []string{"spec"}},
		{"a whole spec without one", of("apps/v1", "Deployment", object{}), of("apps/v1", "Deployment", object{"spec": object{"replicas": int64(1)}}), mutability{}, false, nil},
		{"data", of("v1", "ConfigMap", object{"data": object{"a": "1"}}), of("v1", "ConfigMap", object{"data": object{"a": "2"}}), mutability{}, false, []string{"data.a"}},
		{"mutable data", of("v1", "ConfigMap", object{"data": object{"a": "1"}}), of("v1", "ConfigMap", object{"data": object{"a": "2"}}), mutability{configMaps: true}, false, nil},
		{"data of an immutable", of("v1", "ConfigMap", object{"immutable": true, "data": object{"a": "1"}}), of("v1", "ConfigMap", object{"data": object{"a": "2"}}), mutability{configMaps: true}, false, []string{"data.a", "immutable"}},
		{"data of a custom ConfigMap", of("x.io/v1", "ConfigMap", object{"data": object{"a": "1"}}), of("x.io/v1", "ConfigMap", object{"data": object{"a": "2"}}), mutability{}, false, nil},
		{"a moved group", of("extensions/v1beta1", "Deployment", object{}), of("apps/v1", "Deployment", object{}), mutability{}, false, nil},
		{"another group", of("a.io/v1", "Boat", object{}), of("b.io/v1", "Boat", object{}), mutability{}, false, []string{"apiVersion"}},
		{"another version", of("a.io/v1", "Boat", object{}), of("a.io/v2", "Boat", object{}), mutability{}, false, nil},
		{"a Pod's image", of("v1", "Pod", object{"spec": object{"containers": []any{object{"image": "a"}}}}), of("v1", "Pod", object{"spec": object{"containers": []any{object{"image": "b"}}}}), mutability{}, false, []string{"spec.containers[0].image"}},
		{"a Pod's tolerations", of("v1", "Pod", object{"spec": object{"tolerations": []any{}}}), of("v1", "Pod", object{"spec": object{"tolerations": []any{object{"key": "a"}}}}), mutability{}, false, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			changes := changesBetween(c.old, c.new)
			markReplacements(changes, c.old, c.new, c.patch, c.m)
			if _, replacing := paths(changes); !slices.Equal(replacing, c.want) {
				t.Fatalf("got %v, want %v", replacing, c.want)
			}
		})
	}
}
