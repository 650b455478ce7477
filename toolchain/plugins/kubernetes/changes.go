package main

// The changes between two objects, field by field, as paths the engine can show.

import (
	"reflect"
	"slices"
	"sort"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type changeKind int

const (
	added changeKind = iota
	removed
	altered
)

// fieldPath is made of map keys (string) and list positions (int).
type fieldPath []any

type change struct {
	path     fieldPath
	kind     changeKind
	old, new any
	replace  bool
}

func changesBetween(old, new object) []change {
	var found []change
	compareMaps(nil, old, new, &found)
	sort.Slice(found, func(i, j int) bool { return found[i].path.String() < found[j].path.String() })
	return found
}

func compareMaps(at fieldPath, old, new object, found *[]change) {
	for key, before := range old {
		path := at.with(key)
		if after, ok := new[key]; ok {
			compare(path, before, after, found)
		} else {
			*found = append(*found, change{path: path, kind: removed, old: before})
		}
	}
	for key, after := range new {
		if _, ok := old[key]; !ok {
			*found = append(*found, change{path: at.with(key), kind: added, new: after})
		}
	}
}

func compare(at fieldPath, old, new any, found *[]change) {
	switch o := old.(type) {
	case object:
		if n, ok := new.(object); ok {
			compareMaps(at, o, n, found)
			return
		}
	case []any:
		if n, ok := new.([]any); ok {
			compareLists(at, o, n, found)
			return
		}
	}
	if !equal(old, new) {
		*found = append(*found, change{path: at, kind: altered, old: old, new: new})
	}
}

func compareLists(at fieldPath, old, new []any, found *[]change) {
	for i := range max(len(old), len(new)) {
		path := at.with(i)
		switch {
		case i >= len(old):
			*found = append(*found, change{path: path, kind: added, new: new[i]})
		case i >= len(new):
			*found = append(*found, change{path: path, kind: removed, old: old[i]})
		default:
			compare(path, old[i], new[i], found)
		}
	}
}

// equal compares values; numbers by their value, unknowns with nothing, as nobody knows yet.
func equal(a, b any) bool {
	if hasUnknown(a) || hasUnknown(b) {
		return false
	}
	if x, ok := number(a); ok {
		y, ok := number(b)
		return ok && x == y
	}
	return reflect.DeepEqual(a, b)
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	default:
		return 0, false
	}
}

func (p fieldPath) with(step any) fieldPath { return append(slices.Clone(p), step) }

func (p fieldPath) String() string {
	path := make(resource.PropertyPath, len(p))
	for i, step := range p {
		if key, ok := step.(string); ok {
			step = toSDKKey(key)
		}
		path[i] = step
	}
	return path.String()
}

// lookup finds the value at a path; a list position beyond the list's end is absent.
func lookup(v any, path fieldPath) (any, bool) {
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, ok := v.(object)
			if !ok {
				return nil, false
			}
			if v, ok = m[s]; !ok {
				return nil, false
			}
		case int:
			list, ok := v.([]any)
			if !ok || s < 0 || s >= len(list) {
				return nil, false
			}
			v = list[s]
		}
	}
	return v, true
}

// detailed is the form the engine shows. All of it compares inputs with inputs.
func detailed(changes []change) map[string]*pulumirpc.PropertyDiff {
	kinds := map[changeKind][2]pulumirpc.PropertyDiff_Kind{
		added:   {pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE},
		removed: {pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE},
		altered: {pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE},
	}
	out := make(map[string]*pulumirpc.PropertyDiff, len(changes))
	for _, c := range changes {
		kind := kinds[c.kind][0]
		if c.replace {
			kind = kinds[c.kind][1]
		}
		out[c.path.String()] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: true}
	}
	return out
}
