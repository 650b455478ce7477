package main

// Names: an object the program gave none gets the resource's name and eight random hex digits, so that a
// replacement can stand beside what it replaces.

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// Kubernetes takes names of up to 253 characters, and most controllers make label values of 63 out of them.
const longestName = 253

// autonamed returns the name to give, or "" when the program named the object or cannot say yet.
func autoname(news resource.PropertyMap, urn resource.URN, seed []byte, options *pulumirpc.CheckRequest_AutonamingOptions) (string, error) {
	if _, unsaid := naming(news); !unsaid {
		return "", nil
	}
	if options != nil {
		switch options.GetMode() {
		case pulumirpc.CheckRequest_AutonamingOptions_DISABLE:
			return "", fmt.Errorf("autonaming is off for this project; set metadata.name")
		case pulumirpc.CheckRequest_AutonamingOptions_ENFORCE, pulumirpc.CheckRequest_AutonamingOptions_PROPOSE:
			if options.GetProposedName() != "" {
				return options.GetProposedName(), nil
			}
		}
	}
	name, err := resource.NewUniqueName(seed, urn.Name()+"-", 8, longestName, nil)
	if err != nil {
		return "", fmt.Errorf("%s is too long a resource name to make an object's name of: %w; set metadata.name", urn.Name(), err)
	}
	return name, nil
}

// naming tells the name in the inputs, and whether the program left it out; a name only known later is not left out.
func naming(news resource.PropertyMap) (name string, unsaid bool) {
	metadata, ok := news["metadata"]
	if !ok {
		return "", true
	}
	switch plain := toPlain(metadata).(type) {
	case object:
		if generated, ok := plain["generateName"]; ok && generated != "" {
			return "", false
		}
		name, has := plain["name"]
		if !has || name == "" {
			return "", true
		}
		text, _ := name.(string)
		return text, false
	case nil:
		return "", true
	default:
		return "", false
	}
}

// adoptName keeps the name an earlier run made up.
func adoptName(news, olds resource.PropertyMap) (string, bool) {
	if _, unsaid := naming(news); !unsaid {
		return "", false
	}
	old := toObject(olds)
	if !annotated(old, autonamedAnnotation) {
		return "", false
	}
	name := textIn(old, "metadata", "name")
	return name, name != ""
}

// setAutoname writes the name and the mark that it was made up.
func setAutoname(news resource.PropertyMap, name string) {
	changeIn(news, func(metadata resource.PropertyMap) {
		metadata["name"] = resource.NewProperty(name)
		changeIn(metadata, func(annotations resource.PropertyMap) {
			annotations[autonamedAnnotation] = resource.NewProperty("true")
		}, "annotations")
	}, "metadata")
}

// changeIn changes a map inside properties, through whatever wraps it; one that is not known yet is left alone.
func changeIn(props resource.PropertyMap, change func(resource.PropertyMap), key resource.PropertyKey) {
	value, has := props[key]
	switch {
	case !has || value.IsNull():
		inner := resource.PropertyMap{}
		change(inner)
		props[key] = resource.NewProperty(inner)
	case value.IsObject():
		inner := value.ObjectValue().Copy()
		change(inner)
		props[key] = resource.NewProperty(inner)
	case value.IsSecret() && value.SecretValue().Element.IsObject():
		inner := value.SecretValue().Element.ObjectValue().Copy()
		change(inner)
		props[key] = resource.MakeSecret(resource.NewProperty(inner))
	}
}
