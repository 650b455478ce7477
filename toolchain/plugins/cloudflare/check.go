package main

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"slipway.dev/toolchain/plugins/internal/values"
)

// check names every required input that is missing and every one that does not exist, however deep.
func (d *declarations) check(fields []field, given resource.PropertyMap) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	d.checkObject("", fields, given, func(path, reason string) {
		// With a property named, the engine would print its whole value before the reason.
		failures = append(failures, plugin.CheckFailure{Reason: path + ": " + reason})
	})
	return failures
}

func (d *declarations) checkObject(path string, fields []field, given resource.PropertyMap, fail func(path, reason string)) {
	at := func(name string) string {
		if path == "" {
			return name
		}
		return path + "." + name
	}
	for _, declared := range fields {
		value := given[resource.PropertyKey(declared.name)]
		if value.V == nil || value.IsNull() {
			if !declared.optional {
				fail(at(declared.name), "missing required property")
			}
			continue
		}
		d.checkValue(at(declared.name), declared.kind, value, fail)
	}
	var unknown []string
	for key := range given {
		if !strings.HasPrefix(string(key), "__") && !slices.ContainsFunc(fields, func(f field) bool { return f.name == string(key) }) {
			unknown = append(unknown, string(key))
		}
	}
	sort.Strings(unknown)
	for _, name := range unknown {
		fail(at(name), "no such property; there are "+namesOf(fields))
	}
}

func (d *declarations) checkValue(path, kind string, value resource.PropertyValue, fail func(path, reason string)) {
	switch {
	case value.IsArray():
		for index, item := range value.ArrayValue() {
			d.checkValue(fmt.Sprintf("%s[%d]", path, index), kind, item, fail)
		}
	case value.IsObject():
		// A map of such objects would have keys of the user's own.
		if fields := d.nested(kind); len(fields) > 0 && !strings.Contains(kind, "[key: string]") {
			d.checkObject(path, fields, values.Object(value), fail)
		}
	}
}

func namesOf(fields []field) string {
	names := make([]string, len(fields))
	for index, declared := range fields {
		names[index] = declared.name
	}
	return strings.Join(names, ", ")
}
