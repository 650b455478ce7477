package main

// How resources travel: the engine's property maps on one side, plain Kubernetes objects on the other.

import (
	"fmt"
	"math"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/types/known/structpb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// What the state of a resource holds beside the live object. The names are the official provider's, so that a stack
// moves between the two.
const (
	inputsKey       = "__inputs"
	firstVersionKey = "__initialApiVersion"
	managerKey      = "__fieldManager"
)

type object = map[string]any

// unknown stands in an object for a value that is only known after other resources are made.
type unknown struct{}

func readProperties(label string, from *structpb.Struct) (resource.PropertyMap, error) {
	props, err := plugin.UnmarshalProperties(from, plugin.MarshalOptions{
		Label: label, KeepUnknowns: true, SkipNulls: true, KeepSecrets: true,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read the %s sent by the engine: %w", label, err)
	}
	return props, nil
}

func writeProperties(label string, props resource.PropertyMap) (*structpb.Struct, error) {
	out, err := plugin.MarshalProperties(props, plugin.MarshalOptions{
		Label: label, KeepUnknowns: true, SkipNulls: true, KeepSecrets: true,
	})
	if err != nil {
		return nil, fmt.Errorf("cannot send the %s to the engine: %w", label, err)
	}
	return out, nil
}

// toObject turns properties into a plain object: secrets bare, whole numbers as integers, and the keys the SDK has
// to spell with underscores (x_kubernetes_...) as Kubernetes spells them.
func toObject(props resource.PropertyMap) object {
	out := make(object, len(props))
	for key, value := range props {
		if plain := toPlain(value); plain != nil {
			out[toKubernetesKey(string(key))] = plain
		}
	}
	return out
}

func toPlain(v resource.PropertyValue) any {
	switch {
	case v.IsSecret():
		return toPlain(v.SecretValue().Element)
	case v.IsComputed():
		return unknown{}
	case v.IsOutput():
		if !v.OutputValue().Known {
			return unknown{}
		}
		return toPlain(v.OutputValue().Element)
	case v.IsNumber():
		n := v.NumberValue()
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return int64(n)
		}
		return n
	case v.IsString():
		return v.StringValue()
	case v.IsBool():
		return v.BoolValue()
	case v.IsArray():
		list := make([]any, 0, len(v.ArrayValue()))
		for _, item := range v.ArrayValue() {
			list = append(list, toPlain(item))
		}
		return list
	case v.IsObject():
		return toObject(v.ObjectValue())
	default:
		return nil
	}
}

// toProperties is the way back. Unknowns do not come back: callers only send objects that hold none.
func toProperties(obj object) resource.PropertyMap {
	return resource.NewPropertyMapFromMapRepl(obj, func(key string) (resource.PropertyKey, bool) {
		return resource.PropertyKey(toSDKKey(key)), true
	}, nil)
}

const extensionPrefix = "x-kubernetes-"

func toKubernetesKey(key string) string {
	if strings.HasPrefix(key, "x_kubernetes_") {
		return strings.ReplaceAll(key, "_", "-")
	}
	return key
}

func toSDKKey(key string) string {
	if strings.HasPrefix(key, extensionPrefix) {
		return strings.ReplaceAll(key, "-", "_")
	}
	return key
}

func hasUnknown(v any) bool {
	switch v := v.(type) {
	case unknown:
		return true
	case object:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	case []any:
		for _, item := range v {
			if hasUnknown(item) {
				return true
			}
		}
	}
	return false
}

// checkpoint is what the engine keeps: the live object, and beside it what the program asked for, with everything
// that was secret in the inputs secret in both.
func checkpoint(inputs resource.PropertyMap, live *unstructured.Unstructured, firstVersion, manager string) resource.PropertyMap {
	state := toProperties(live.Object)
	markSecrets(state, inputs)
	kept := inputs.Copy()
	markSecrets(kept, inputs)
	state[inputsKey] = resource.NewProperty(kept)
	state[firstVersionKey] = resource.NewProperty(firstVersion)
	state[managerKey] = resource.NewProperty(manager)
	return state
}

// known is a resource as the state remembers it.
type known struct {
	inputs       resource.PropertyMap
	live         *unstructured.Unstructured
	firstVersion string
	manager      string
}

func readCheckpoint(state resource.PropertyMap) known {
	k := known{inputs: resource.PropertyMap{}}
	live := state.Copy()
	if inputs, ok := state[inputsKey]; ok {
		if inputs.IsSecret() {
			inputs = inputs.SecretValue().Element
		}
		if inputs.IsObject() {
			k.inputs = inputs.ObjectValue()
		}
	}
	k.firstVersion = textAt(state, firstVersionKey)
	k.manager = textAt(state, managerKey)
	for _, key := range []resource.PropertyKey{inputsKey, firstVersionKey, managerKey} {
		delete(live, key)
	}
	k.live = &unstructured.Unstructured{Object: toObject(live)}
	return k
}

// readBoth reads what the engine sends with most calls: the state and the inputs. Their secrets are kept from messages
// from then on.
func (p *provider) readBoth(state, inputs *structpb.Struct) (known, resource.PropertyMap, error) {
	remembered, err := readProperties("state", state)
	if err != nil {
		return known{}, nil, err
	}
	given, err := readProperties("inputs", inputs)
	if err != nil {
		return known{}, nil, err
	}
	last := readCheckpoint(remembered)
	p.secrets.learn(last.inputs)
	p.secrets.learn(given)
	return last, given, nil
}

func textAt(props resource.PropertyMap, key resource.PropertyKey) string {
	if v, ok := props[key]; ok {
		if text, ok := toPlain(v).(string); ok {
			return text
		}
	}
	return ""
}

// textIn reads a string somewhere inside an object; absent, unknown and other types read as "".
func textIn(obj object, path ...string) string {
	text, _ := valueIn(obj, path...).(string)
	return text
}

func valueIn(obj object, path ...string) any {
	var at any = obj
	for _, key := range path {
		m, ok := at.(object)
		if !ok {
			return nil
		}
		at = m[key]
	}
	return at
}
