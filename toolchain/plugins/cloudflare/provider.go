package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/toolchain/plugins/internal/provider"
	"slipway.dev/toolchain/plugins/internal/values"
)

const warning = "Cloudflare is only rehearsed: its plugin here is Slipway's stand-in, nothing is asked of or changed at Cloudflare, " +
	"and what it would answer reads " + mark + "…"

type rehearsal struct {
	*provider.Base

	once  sync.Once
	types *declarations
	err   error
}

// declared opens the type files when the first resource needs them.
func (r *rehearsal) declared() (*declarations, error) {
	r.once.Do(func() { r.types, r.err = openDeclarations() })
	return r.types, r.err
}

func (r *rehearsal) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	r.Log(pulumirpc.LogSeverity_WARNING, "", warning)
	return plugin.ConfigureResponse{}, nil
}

func (r *rehearsal) Check(_ context.Context, request plugin.CheckRequest) (plugin.CheckResponse, error) {
	types, err := r.declared()
	if err != nil {
		return plugin.CheckResponse{}, fmt.Errorf("%s: %w", provider.Where(request.URN), err)
	}
	inputs, err := types.inputs(string(request.URN.Type()))
	if err != nil {
		return plugin.CheckResponse{}, fmt.Errorf("%s: %w", provider.Where(request.URN), err)
	}
	return plugin.CheckResponse{
		Properties: request.News, Failures: types.check(inputs, values.PlainMap(request.News)),
	}, nil
}

// owners are what a resource of Cloudflare's belongs to, and can never change.
var owners = []resource.PropertyKey{"accountId", "zoneId"}

// Diff takes every change for an update, but of the account or zone. Which others replace only the official plugin
// knows.
func (r *rehearsal) Diff(_ context.Context, request plugin.DiffRequest) (plugin.DiffResponse, error) {
	changes := values.PlainMap(request.OldInputs).Diff(values.PlainMap(request.NewInputs), resource.IsInternalPropertyKey)
	if changes == nil {
		return plugin.DiffResponse{Changes: plugin.DiffNone}, nil
	}
	detailed := plugin.NewDetailedDiffFromObjectDiff(changes, true)
	for _, key := range owners {
		if change, changed := detailed[string(key)]; changed {
			detailed[string(key)] = plugin.PropertyDiff{Kind: change.Kind.AsReplace(), InputDiff: true}
		}
	}
	return plugin.DiffResponse{Changes: plugin.DiffSome, DetailedDiff: detailed}, nil
}

func (r *rehearsal) Create(_ context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
	state, err := r.state(request.URN, request.Properties)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	if request.Preview {
		// The rehearsal could say more, but the program must see in a preview what it would see with the real plugin.
		return plugin.CreateResponse{Properties: laterKnown(state, request.Properties), Status: resource.StatusOK}, nil
	}
	return plugin.CreateResponse{
		ID: resource.ID(identity(string(request.URN))), Properties: state, Status: resource.StatusOK,
	}, nil
}

func laterKnown(state, given resource.PropertyMap) resource.PropertyMap {
	for key := range state {
		if _, was := given[key]; !was {
			state[key] = resource.MakeComputed(resource.NewProperty(""))
		}
	}
	return state
}

func (r *rehearsal) state(at resource.URN, given resource.PropertyMap) (resource.PropertyMap, error) {
	types, err := r.declared()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", provider.Where(at), err)
	}
	inputs, err := types.inputs(string(at.Type()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", provider.Where(at), err)
	}
	outputs, err := types.outputs(string(at.Type()))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", provider.Where(at), err)
	}
	return outputsFor(outputs, inputs, given), nil
}

func (r *rehearsal) Update(_ context.Context, request plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	state, err := r.state(request.URN, request.NewInputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	return plugin.UpdateResponse{Properties: state, Status: resource.StatusOK}, nil
}

// Read believes the state. Without one it is a look-up by ID, and finds what it is asked for; an ID of a rehearsal is
// no reason to believe that such a thing exists, so nothing can be imported.
func (r *rehearsal) Read(_ context.Context, request plugin.ReadRequest) (plugin.ReadResponse, error) {
	result := plugin.ReadResult{ID: request.ID, Inputs: request.Inputs, Outputs: request.State}
	if request.Inputs == nil {
		state, err := r.state(request.URN, request.State)
		if err != nil {
			return plugin.ReadResponse{}, err
		}
		result.Outputs = state
		if !strings.HasPrefix(string(request.ID), mark) {
			r.Log(pulumirpc.LogSeverity_WARNING, request.URN, fmt.Sprintf("%s was not looked up: this is a rehearsal", request.ID))
		}
	}
	return plugin.ReadResponse{ReadResult: result, Status: resource.StatusOK}, nil
}

func (r *rehearsal) Invoke(_ context.Context, request plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	types, err := r.declared()
	if err != nil {
		return plugin.InvokeResponse{}, err
	}
	results, err := types.results(string(request.Tok))
	if err != nil {
		return plugin.InvokeResponse{}, err
	}
	if len(results) == 0 {
		return plugin.InvokeResponse{}, fmt.Errorf("%s: the type files do not say what it answers, so it cannot be rehearsed", request.Tok)
	}
	return plugin.InvokeResponse{Properties: answerFor(string(request.Tok), results, request.Args)}, nil
}
