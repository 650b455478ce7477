package main

// Drift: what changed on the cluster since the program's last word. Read writes it into the inputs, so that the next
// comparison with the program shows it and the next update puts it right.
//
// A value that differs from the inputs is drift only if somebody else put it there. What this provider's own manager
// still owns is the server's spelling of what was applied (a defaulted part, a value rewritten by a webhook).

import (
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// drifted returns the inputs as the live object now answers them. last is the live object of the state.
func drifted(inputs object, live, last *unstructured.Unstructured, manager string) object {
	asProgrammed := inputs
	if inputs["kind"] == "Secret" {
		inputs = mergeStringData(inputs)
	}
	view := driftView{ownershipOf(live, manager)}
	out := object{}
	for key, written := range inputs {
		if key == "apiVersion" || key == "kind" {
			out[key] = written
			continue
		}
		now, isNow := live.Object[key]
		then, wasThen := last.Object[key]
		if value, keep := view.value(fieldPath{key}, live.Object, written, now, isNow, then, wasThen); keep {
			out[key] = value
		}
	}
	if equal(out, inputs) {
		return asProgrammed
	}
	return out
}

type driftView struct{ owners ownership }

// value is what the inputs should say at a path; keep is false when the field is gone.
func (d driftView) value(path fieldPath, live object, written, now any, isNow bool, then any, wasThen bool) (any, bool) {
	if !isNow {
		// Never there: the server does not store it (an empty value, an unknown field). There before: taken away.
		return written, !wasThen
	}
	switch w := written.(type) {
	case object:
		if n, ok := now.(object); ok {
			t, _ := then.(object)
			return d.fields(path, live, w, n, t), true
		}
	case []any:
		if n, ok := now.([]any); ok {
			t, _ := then.([]any)
			return d.items(path, live, w, n, t)
		}
	}
	if equal(written, now) || d.owners.isOurs(live, path) {
		return written, true
	}
	return now, true
}

func (d driftView) fields(path fieldPath, live, written, now, then object) object {
	out := make(object, len(written))
	for key, w := range written {
		n, isNow := now[key]
		t, wasThen := then[key]
		if value, keep := d.value(path.with(key), live, w, n, isNow, t, wasThen); keep {
			out[key] = value
		}
	}
	return out
}

// items matches list items by what names them (a container's name, a port's number) or, without that, by position.
// Items the program did not write are others' (a sidecar) unless the list as a whole is this manager's.
func (d driftView) items(path fieldPath, live object, written, now, then []any) (any, bool) {
	if d.sameList(path, live, written, now) {
		return written, true
	}
	key := nameKey(written)
	if key == "" {
		if len(written) != len(now) {
			return now, true
		}
		out := make([]any, len(written))
		for i, w := range written {
			t, wasThen := at(then, i)
			out[i], _ = d.value(path.with(i), live, w, now[i], true, t, wasThen)
		}
		return out, true
	}
	var out []any
	for _, w := range written {
		i := find(now, w.(object), key)
		if i < 0 {
			if j := find(then, w.(object), key); j < 0 {
				out = append(out, w)
			}
			continue
		}
		t, wasThen := at(then, find(then, w.(object), key))
		value, _ := d.value(path.with(i), live, w, now[i], true, t, wasThen)
		out = append(out, value)
	}
	return out, true
}

// sameList tells that the list is what was applied: equal, or owned as one value by this manager.
func (d driftView) sameList(path fieldPath, live object, written, now []any) bool {
	if equal(written, now) {
		return true
	}
	for _, record := range d.owners.ours {
		if leaf, steps := record.follow(live, path); steps == len(path) && len(leaf.node) == 0 {
			return !d.owners.isTheirs(live, path)
		}
	}
	return false
}

func at(list []any, i int) (any, bool) {
	if i < 0 || i >= len(list) {
		return nil, false
	}
	return list[i], true
}

// The fields by which Kubernetes tells list items apart; the first that every item has counts.
var itemKeys = []string{"name", "mountPath", "containerPort", "port", "ip", "topologyKey", "key", "type"}

func nameKey(list []any) string {
next:
	for _, key := range itemKeys {
		seen := map[any]bool{}
		for _, item := range list {
			fields, _ := item.(object)
			name := fields[key]
			switch name.(type) {
			case string, int64:
			default:
				continue next
			}
			if seen[name] {
				continue next
			}
			seen[name] = true
		}
		if len(list) > 0 {
			return key
		}
	}
	return ""
}

func find(list []any, like object, key string) int {
	for i, item := range list {
		if fields, ok := item.(object); ok && equal(fields[key], like[key]) {
			return i
		}
	}
	return -1
}
