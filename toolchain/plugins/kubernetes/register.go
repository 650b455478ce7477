package main

// Registering a component's children: their Pulumi names, and who waits for whom.

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/internals"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func allKnown(ctx *pulumi.Context, given pulumi.Map) bool {
	result, err := internals.UnsafeAwaitOutput(ctx.Context(), given.ToMapOutput())
	return err == nil && result.Known
}

func (p *provider) registerAll(ctx *pulumi.Context, parent *component, name string, values map[string]any, read func(context.Context, componentArgs) ([]object, error)) ([]any, error) {
	args := argsFrom(values)
	if !args.hasPrefix {
		args.prefix = name
	}
	objects, err := read(ctx.Context(), args)
	if err != nil {
		return nil, err
	}
	objects = expandLists(objects)
	p.placeInNamespace(objects)
	ordered, err := inOrder(objects)
	if err != nil {
		return nil, err
	}
	var children []any
	made := map[int]pulumi.Resource{}
	for _, next := range ordered {
		obj := next.obj
		if args.skipAwait {
			annotate(obj, skipAwaitAnnotation, "true")
		}
		options := []pulumi.ResourceOption{pulumi.Parent(parent)}
		var after []pulumi.Resource
		for _, i := range next.after {
			after = append(after, made[i])
		}
		if len(after) > 0 {
			options = append(options, pulumi.DependsOn(after))
		}
		child := &pulumi.CustomResourceState{}
		err := ctx.RegisterResource(typeOf(kindOf(obj)), childName(args.prefix, obj), properties(obj), child, options...)
		if err != nil {
			return nil, err
		}
		made[next.index] = child
		children = append(children, child)
	}
	return children, nil
}

// placeInNamespace names the provider's namespace where the manifests name none: it is part of a child's name.
func (p *provider) placeInNamespace(objects []object) {
	for _, obj := range objects {
		if isCRD(kindOf(obj)) {
			p.define(obj)
		}
	}
	for _, obj := range objects {
		metadata, ok := obj["metadata"].(object)
		if ok && metadata["namespace"] == nil && p.settings.namespace != "" && p.namespaced(kindOf(obj)) {
			metadata["namespace"] = p.settings.namespace
		}
	}
}

func argsFrom(values map[string]any) componentArgs {
	text := func(key string) string {
		value, _ := values[key].(string)
		return value
	}
	args := componentArgs{file: text("file"), yaml: text("yaml"), directory: text("directory"), namespace: text("namespace")}
	args.prefix, args.hasPrefix = values["resourcePrefix"].(string)
	args.skipAwait, _ = values["skipAwait"].(bool)
	if list, ok := values["files"].([]any); ok {
		for _, item := range list {
			if place, ok := item.(string); ok {
				args.files = append(args.files, place)
			}
		}
	} else if place := text("files"); place != "" {
		args.files = []string{place}
	}
	list, _ := values["objs"].([]any)
	for _, item := range list {
		if obj, ok := item.(map[string]any); ok {
			args.objs = append(args.objs, obj)
		}
	}
	return args
}

// wholeNumbers makes integers of the floats in which Pulumi carries every number.
func wholeNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(object, len(v))
		for key, item := range v {
			out[key] = wholeNumbers(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = wholeNumbers(item)
		}
		return out
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case int:
		return int64(v)
	}
	return v
}

// properties is an object as a program would give it, with a Secret's data secret.
func properties(obj object) pulumi.Map {
	out := pulumi.Map{}
	for key, value := range obj {
		if textIn(obj, "kind") == "Secret" && (key == "data" || key == "stringData") {
			out[key] = pulumi.ToSecret(pulumi.Any(value))
			continue
		}
		out[toSDKKey(key)] = pulumi.Any(forSDK(value))
	}
	return out
}

// forSDK spells the keys of a CustomResourceDefinition's schema as the SDK does.
func forSDK(v any) any {
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		for key, item := range v {
			out[toSDKKey(key)] = forSDK(item)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = forSDK(item)
		}
		return out
	default:
		return v
	}
}

func typeOf(kind schema.GroupVersionKind) string {
	group := kind.Group
	if group == "" {
		group = "core"
	}
	return fmt.Sprintf("kubernetes:%s/%s:%s", group, kind.Version, kind.Kind)
}

func childName(prefix string, obj object) string {
	name := textIn(obj, "metadata", "name")
	if namespace := textIn(obj, "metadata", "namespace"); namespace != "" {
		name = namespace + "/" + name
	}
	if prefix == "" {
		return name
	}
	return prefix + ":" + name
}

func annotate(obj object, key, value string) {
	metadata, ok := obj["metadata"].(object)
	if !ok {
		return
	}
	annotations, ok := metadata["annotations"].(object)
	if !ok {
		annotations = object{}
		metadata["annotations"] = annotations
	}
	annotations[key] = value
}
