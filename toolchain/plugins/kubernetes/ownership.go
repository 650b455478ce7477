package main

// Who owns which field: the record the server keeps in metadata.managedFields.

import (
	"encoding/json"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
)

// owned is one manager's record, as a tree: "f:NAME" for a field, `k:{...}` for a list item by its keys, "v:..." for
// one by its value; an empty branch owns everything below.
type owned struct{ node map[string]any }

func ownedBy(obj *unstructured.Unstructured, is func(metav1.ManagedFieldsEntry) bool) []owned {
	var records []owned
	for _, entry := range obj.GetManagedFields() {
		if entry.FieldsV1 == nil || entry.Subresource == "status" || !is(entry) {
			continue
		}
		var node map[string]any
		if json.Unmarshal(entry.FieldsV1.Raw, &node) == nil {
			records = append(records, owned{node})
		}
	}
	return records
}

// field steps into a map's field.
func (o owned) field(name string) (owned, bool) { return o.step("f:" + name) }

func (o owned) step(key string) (owned, bool) {
	node, ok := o.node[key].(map[string]any)
	return owned{node}, ok
}

// item steps into a list's item, found by the keys the record names.
func (o owned) item(item any) (owned, bool) {
	for key := range o.node {
		if text, ok := strings.CutPrefix(key, "k:"); ok {
			var keys map[string]any
			fields, isMap := item.(object)
			if isMap && json.Unmarshal([]byte(text), &keys) == nil && hasKeys(fields, keys) {
				return o.step(key)
			}
		} else if text, ok := strings.CutPrefix(key, "v:"); ok {
			var value any
			if json.Unmarshal([]byte(text), &value) == nil && equal(value, item) {
				return o.step(key)
			}
		}
	}
	return owned{}, false
}

func hasKeys(fields object, keys map[string]any) bool {
	for key, value := range keys {
		if !equal(fields[key], value) {
			return false
		}
	}
	return true
}

// follow walks a path through a record as far as the record goes: steps is how many of the path's it holds. A record
// that ends earlier in an empty branch owns a value as a whole, or a map whose fields are others' by now; only the
// others' records tell these apart.
func (o owned) follow(obj object, path fieldPath) (at owned, steps int) {
	var value any = obj
	for i, step := range path {
		next, ok := owned{}, false
		switch s := step.(type) {
		case string:
			m, _ := value.(object)
			value = m[s]
			next, ok = o.field(s)
		case int:
			list, _ := value.([]any)
			if s < 0 || s >= len(list) {
				return o, i
			}
			value = list[s]
			next, ok = o.item(value)
		}
		if !ok {
			return o, i
		}
		o = next
	}
	return o, len(path)
}

// names tells whether the record holds this very field.
func (o owned) names(obj object, path fieldPath) bool {
	_, steps := o.follow(obj, path)
	return steps == len(path)
}

// covers tells whether the record holds this field or ends above it.
func (o owned) covers(obj object, path fieldPath) bool {
	at, steps := o.follow(obj, path)
	return steps == len(path) || (steps > 0 && len(at.node) == 0)
}

// ownership is everybody's records of one object, as one manager sees them.
type ownership struct{ ours, theirs []owned }

func ownershipOf(obj *unstructured.Unstructured, manager string) ownership {
	return ownership{
		ours:   ownedBy(obj, func(entry metav1.ManagedFieldsEntry) bool { return entry.Manager == manager }),
		theirs: ownedBy(obj, func(entry metav1.ManagedFieldsEntry) bool { return entry.Manager != manager }),
	}
}

func (o ownership) isOurs(obj object, path fieldPath) bool {
	ours := func(r owned) bool { return r.names(obj, path) }
	covered := func(r owned) bool { return r.covers(obj, path) }
	return slices.ContainsFunc(o.ours, ours) || (slices.ContainsFunc(o.ours, covered) && !o.isTheirs(obj, path))
}

func (o ownership) isTheirs(obj object, path fieldPath) bool {
	return slices.ContainsFunc(o.theirs, func(r owned) bool { return r.names(obj, path) })
}

// yields tells managers whose values are overwritten without a word, as the official provider does: kubectl in a
// person's hand, and Pulumi itself before it applied server-side.
func yields(manager string) bool {
	return strings.HasPrefix(manager, "kubectl") || appliedBefore(manager)
}

// appliedBefore tells managers whose whole record this one inherits: those that declared the object before it did.
// What a person added with kubectl beside that (a label, a restart) is not inherited, or the next update would take
// it away without having shown it.
func appliedBefore(manager string) bool {
	switch manager {
	case "kubectl", "kubectl-client-side-apply", "before-first-apply",
		"pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes":
		return true
	}
	return false
}

// takeOver moves the fields of those managers, and of this one when it created the object, to what this one applies:
// or else a field that leaves the program would stay on the cluster. It returns the patch to send, or nil when there
// is nothing to move. Without others, only what this manager created is moved.
func takeOver(live *unstructured.Unstructured, manager string, others bool) ([]byte, error) {
	moved := live.DeepCopy()
	from := sets.New[string]()
	entries := moved.GetManagedFields()
	for i, entry := range entries {
		byOther := others && appliedBefore(entry.Manager) && entry.Manager != manager
		byUpdate := entry.Operation == metav1.ManagedFieldsOperationUpdate
		if entry.Subresource != "" || !(byOther || (entry.Manager == manager && byUpdate)) {
			continue
		}
		entries[i].Operation = metav1.ManagedFieldsOperationUpdate
		from.Insert(entry.Manager)
	}
	if from.Len() == 0 {
		return nil, nil
	}
	moved.SetManagedFields(entries)
	if err := csaupgrade.UpgradeManagedFields(moved, from, manager); err != nil {
		return nil, err
	}
	return json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": moved.GetManagedFields()},
		{"op": "replace", "path": "/metadata/resourceVersion", "value": live.GetResourceVersion()},
	})
}
