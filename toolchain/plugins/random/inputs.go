package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// checked is a program's inputs with every value in its shape, and what is wrong with them.
func (k kind) checked(given resource.PropertyMap) (resource.PropertyMap, []problem) {
	values := resource.PropertyMap{}
	var problems []problem
	for _, declared := range k.inputs {
		key := resource.PropertyKey(declared.name)
		value, set := given[key]
		if !set || value.IsNull() {
			if declared.required {
				problems = append(problems, problem{key, "Missing required property"})
			}
			continue
		}
		shaped, err := shapeOf(declared.shape, value)
		if err != nil {
			problems = append(problems, problem{key, err.Error()})
			continue
		}
		values[key] = shaped
	}
	for key := range given {
		if _, known := k.input(key); !known && !strings.HasPrefix(string(key), "__") {
			problems = append(problems, problem{key, fmt.Sprintf("unknown property; known are %s", k.names())})
		}
	}
	if len(problems) == 0 && k.check != nil {
		problems = k.check(k.complete(values))
	}
	return values, problems
}

func (k kind) input(key resource.PropertyKey) (input, bool) {
	for _, declared := range k.inputs {
		if declared.name == string(key) {
			return declared, true
		}
	}
	return input{}, false
}

func (k kind) names() string {
	var names []string
	for _, declared := range k.inputs {
		names = append(names, declared.name)
	}
	return strings.Join(names, ", ")
}

// complete puts the defaults in.
func (k kind) complete(values resource.PropertyMap) resource.PropertyMap {
	full := values.Copy()
	for _, declared := range k.inputs {
		key := resource.PropertyKey(declared.name)
		if _, set := full[key]; !set && declared.standard != nil {
			full[key] = resource.NewPropertyValue(declared.standard)
		}
	}
	if _, has := k.input("numeric"); has {
		completeNumeric(full, values)
	}
	return full
}

// shapeOf turns a value into its property's shape. As in the official plugin, text that reads as a number or boolean
// is one, and the other way round.
func shapeOf(wanted shape, value resource.PropertyValue) (resource.PropertyValue, error) {
	switch {
	case value.IsSecret():
		return shapeOf(wanted, value.SecretValue().Element)
	case value.IsOutput():
		if !value.OutputValue().Known {
			return resource.MakeComputed(resource.NewProperty("")), nil
		}
		return shapeOf(wanted, value.OutputValue().Element)
	case value.IsComputed():
		return value, nil
	}
	switch wanted {
	case text:
		return textOf(value)
	case number:
		return numberOf(value)
	case flag:
		return flagOf(value)
	case textList:
		return listOf(value)
	case textMap:
		return mapOf(value)
	}
	return value, fmt.Errorf("no such shape: %d", wanted)
}

func textOf(value resource.PropertyValue) (resource.PropertyValue, error) {
	switch {
	case value.IsString():
		return value, nil
	case value.IsNumber():
		return resource.NewProperty(strconv.FormatFloat(value.NumberValue(), 'f', -1, 64)), nil
	case value.IsBool():
		return resource.NewProperty(strconv.FormatBool(value.BoolValue())), nil
	}
	return value, fmt.Errorf("expected a string, found %s", value.TypeString())
}

func numberOf(value resource.PropertyValue) (resource.PropertyValue, error) {
	found := value
	if value.IsString() {
		parsed, err := strconv.ParseFloat(value.StringValue(), 64)
		if err != nil {
			return value, fmt.Errorf("expected a whole number, found the string %q", value.StringValue())
		}
		found = resource.NewProperty(parsed)
	}
	if !found.IsNumber() {
		return value, fmt.Errorf("expected a whole number, found %s", value.TypeString())
	}
	if whole := found.NumberValue(); whole != math.Trunc(whole) || math.Abs(whole) > 1<<53 {
		return value, fmt.Errorf("expected a whole number, found %v", whole)
	}
	return found, nil
}

func flagOf(value resource.PropertyValue) (resource.PropertyValue, error) {
	if value.IsBool() {
		return value, nil
	}
	if value.IsString() {
		if parsed, err := strconv.ParseBool(value.StringValue()); err == nil {
			return resource.NewProperty(parsed), nil
		}
	}
	return value, fmt.Errorf("expected true or false, found %s", value.TypeString())
}

func listOf(value resource.PropertyValue) (resource.PropertyValue, error) {
	if !value.IsArray() {
		return value, fmt.Errorf("expected a list of strings, found %s", value.TypeString())
	}
	items := []resource.PropertyValue{}
	for index, item := range value.ArrayValue() {
		shaped, err := shapeOf(text, item)
		if err != nil {
			return value, fmt.Errorf("item %d: %w", index, err)
		}
		items = append(items, shaped)
	}
	return resource.NewProperty(items), nil
}

func mapOf(value resource.PropertyValue) (resource.PropertyValue, error) {
	if !value.IsObject() {
		return value, fmt.Errorf("expected a map of strings, found %s", value.TypeString())
	}
	entries := resource.PropertyMap{}
	for key, entry := range value.ObjectValue() {
		// A key without a value is as good as no key.
		if entry.IsNull() {
			continue
		}
		shaped, err := shapeOf(text, entry)
		if err != nil {
			return value, fmt.Errorf("%s: %w", key, err)
		}
		entries[key] = shaped
	}
	return resource.NewProperty(entries), nil
}

// wholeNumber and textValue read values that have been checked; an unset one is zero.
func wholeNumber(values resource.PropertyMap, key resource.PropertyKey) int {
	if value := values[key]; value.IsNumber() {
		return int(value.NumberValue())
	}
	return 0
}

func textValue(values resource.PropertyMap, key resource.PropertyKey) string {
	if value := values[key]; value.IsString() {
		return value.StringValue()
	}
	return ""
}

func isTrue(values resource.PropertyMap, key resource.PropertyKey) bool {
	value := values[key]
	return value.IsBool() && value.BoolValue()
}

// known says whether every one of these has a value now; in a preview some may come later.
func known(values resource.PropertyMap, keys ...resource.PropertyKey) bool {
	for _, key := range keys {
		if values[key].ContainsUnknowns() {
			return false
		}
	}
	return true
}

func atLeastOne(key resource.PropertyKey) func(resource.PropertyMap) []problem {
	return func(values resource.PropertyMap) []problem {
		return atLeast(values, key, 1)
	}
}

func atLeast(values resource.PropertyMap, key resource.PropertyKey, least int) []problem {
	if _, set := values[key]; !set || !known(values, key) || wholeNumber(values, key) >= least {
		return nil
	}
	return []problem{{key, fmt.Sprintf("%s must be at least %d, got: %d", key, least, wholeNumber(values, key))}}
}
