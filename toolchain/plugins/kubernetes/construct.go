package main

// Construct: the components the provider builds itself: yaml/v2 ConfigFile and ConfigGroup, kustomize/v2 Directory.
// Their children are ordinary resources of this provider, named as the official provider names them.

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumiprovider "github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func (p *provider) Construct(ctx context.Context, req *pulumirpc.ConstructRequest) (*pulumirpc.ConstructResponse, error) {
	read, ok := components[req.GetType()]
	if !ok {
		if slices.Contains([]string{"kubernetes:helm.sh/v4:Chart", "kubernetes:helm.sh/v3:Release"}, req.GetType()) {
			return nil, errNoHelm
		}
		return nil, fmt.Errorf("the kubernetes provider has no component %s", req.GetType())
	}
	return pulumiprovider.Construct(ctx, req, p.engine.conn,
		func(ctx *pulumi.Context, typ, name string, inputs pulumiprovider.ConstructInputs, options pulumi.ResourceOption) (*pulumiprovider.ConstructResult, error) {
			return p.construct(ctx, typ, name, inputs, options, read)
		})
}

// componentArgs are the arguments of all three, once they are known.
type componentArgs struct {
	file, yaml, directory, namespace string
	files                            []string
	objs                             []map[string]any
	prefix                           string
	hasPrefix, skipAwait             bool
}

var components = map[string]func(context.Context, componentArgs) ([]object, error){
	"kubernetes:yaml/v2:ConfigFile": func(ctx context.Context, args componentArgs) ([]object, error) {
		return readManifests(ctx, args.file)
	},
	"kubernetes:yaml/v2:ConfigGroup": func(ctx context.Context, args componentArgs) ([]object, error) {
		objects, err := parseManifests("the argument yaml", args.yaml)
		for _, place := range args.files {
			if err != nil {
				break
			}
			var more []object
			more, err = readManifests(ctx, place)
			objects = append(objects, more...)
		}
		for _, obj := range args.objs {
			objects = append(objects, wholeNumbers(obj).(object))
		}
		return objects, err
	},
	"kubernetes:kustomize/v2:Directory": func(_ context.Context, args componentArgs) ([]object, error) {
		objects, err := kustomize(args.directory)
		if err == nil && args.namespace != "" {
			defaultNamespace(objects, args.namespace)
		}
		return objects, err
	},
}

type component struct {
	pulumi.ResourceState
	Resources pulumi.ArrayOutput `pulumi:"resources"`
}

func (p *provider) construct(ctx *pulumi.Context, typ, name string, inputs pulumiprovider.ConstructInputs, options pulumi.ResourceOption, read func(context.Context, componentArgs) ([]object, error)) (*pulumiprovider.ConstructResult, error) {
	made := &component{}
	if err := ctx.RegisterComponentResource(typ, name, made, options); err != nil {
		return nil, err
	}
	given, err := inputs.Map()
	if err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	made.Resources = given.ToMapOutput().ApplyT(func(values map[string]any) ([]any, error) {
		children, err := p.registerAll(ctx, made, name, values, read)
		done <- err
		return children, err
	}).(pulumi.ArrayOutput)
	if allKnown(ctx, given) {
		// Children registered after Construct has answered would be lost.
		if err := <-done; err != nil {
			return nil, err
		}
	} else if err := ctx.Log.Warn(fmt.Sprintf("%s %s: an argument is only known after other resources are made, so this "+
		"preview does not show what it holds", typ, name), nil); err != nil {
		return nil, err
	}
	return pulumiprovider.NewConstructResult(made)
}
