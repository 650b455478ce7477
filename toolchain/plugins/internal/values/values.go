// Package values reads Pulumi property values without a check at every step: what is not there, of another type or
// unknown reads as nothing.
package values

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// Plain is a value without its secrets and outputs around; an unknown one stays unknown.
func Plain(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return Plain(value.SecretValue().Element)
	case value.IsOutput():
		if !value.OutputValue().Known {
			return resource.MakeComputed(resource.NewProperty(""))
		}
		return Plain(value.OutputValue().Element)
	case value.IsArray():
		items := make([]resource.PropertyValue, len(value.ArrayValue()))
		for index, item := range value.ArrayValue() {
			items[index] = Plain(item)
		}
		return resource.NewProperty(items)
	case value.IsObject():
		return resource.NewProperty(PlainMap(value.ObjectValue()))
	}
	return value
}

// PlainMap is Plain for each entry.
func PlainMap(entries resource.PropertyMap) resource.PropertyMap {
	plain := resource.PropertyMap{}
	for key, value := range entries {
		plain[key] = Plain(value)
	}
	return plain
}

// Secrets lists every text that is secret in a value, for keeping it out of logs.
func Secrets(value resource.PropertyValue) []string {
	switch {
	case value.IsSecret():
		return texts(Plain(value))
	case value.IsOutput() && value.OutputValue().Secret:
		return texts(Plain(value))
	case value.IsArray():
		var found []string
		for _, item := range value.ArrayValue() {
			found = append(found, Secrets(item)...)
		}
		return found
	case value.IsObject():
		var found []string
		for _, item := range value.ObjectValue() {
			found = append(found, Secrets(item)...)
		}
		return found
	}
	return nil
}

func texts(plain resource.PropertyValue) []string {
	var found []string
	switch {
	case plain.IsString() && plain.StringValue() != "":
		found = append(found, plain.StringValue())
	case plain.IsArray():
		for _, item := range plain.ArrayValue() {
			found = append(found, texts(item)...)
		}
	case plain.IsObject():
		for _, item := range plain.ObjectValue() {
			found = append(found, texts(item)...)
		}
	}
	return found
}

// Text is a plain string value.
func Text(value resource.PropertyValue) string {
	if value.IsString() {
		return value.StringValue()
	}
	return ""
}

// Flag is a plain boolean value.
func Flag(value resource.PropertyValue) bool { return value.IsBool() && value.BoolValue() }

// Object is a plain object value.
func Object(value resource.PropertyValue) resource.PropertyMap {
	if value.IsObject() {
		return value.ObjectValue()
	}
	return resource.PropertyMap{}
}

// Texts are the strings in a plain list.
func Texts(value resource.PropertyValue) []string {
	var all []string
	if value.IsArray() {
		for _, item := range value.ArrayValue() {
			if text := Text(item); text != "" {
				all = append(all, text)
			}
		}
	}
	return all
}
