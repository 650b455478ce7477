package main

// Invokes: what the older yaml and kustomize components of the SDK ask the provider to read for them.

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func (p *provider) Invoke(_ context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	args, err := readProperties("arguments", req.GetArgs())
	if err != nil {
		return nil, err
	}
	objects, err := invoke(req.GetTok(), args)
	if err != nil {
		return nil, err
	}
	list := make([]resource.PropertyValue, 0, len(objects))
	for _, obj := range objects {
		list = append(list, resource.NewProperty(toProperties(obj)))
	}
	out, err := writeProperties("result", resource.PropertyMap{"result": resource.NewProperty(list)})
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: out}, nil
}

func invoke(token string, args resource.PropertyMap) ([]object, error) {
	switch token {
	case "kubernetes:yaml:decode":
		if _, ok := args["text"]; !ok {
			return nil, errors.New("missing required field 'text' of type string")
		}
		objects, err := parseManifests("the text", textAt(args, "text"))
		if err != nil {
			return nil, err
		}
		objects = expandLists(objects)
		if namespace := textAt(args, "defaultNamespace"); namespace != "" {
			defaultNamespace(objects, namespace)
		}
		return objects, nil
	case "kubernetes:kustomize:directory":
		directory := textAt(args, "directory")
		if directory == "" {
			return nil, errors.New("missing required field 'directory' of type string")
		}
		return kustomize(directory)
	case "kubernetes:helm:template":
		return nil, errNoHelm
	default:
		return nil, fmt.Errorf("the kubernetes provider has no function %s", token)
	}
}

func defaultNamespace(objects []object, namespace string) {
	for _, obj := range objects {
		metadata, ok := obj["metadata"].(object)
		if inside, known := builtinScope(kindOf(obj)); !ok || (known && !inside) || metadata["namespace"] != nil {
			continue
		}
		metadata["namespace"] = namespace
	}
}
