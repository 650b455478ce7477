package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"slipway.dev/toolchain/plugins/internal/provider"
)

type randomProvider struct{ *provider.Base }

func kindOf(at resource.URN) (kind, error) {
	found, known := kinds[string(at.Type())]
	if !known {
		return kind{}, fmt.Errorf("%s: the random stand-in knows no such type", provider.Where(at))
	}
	return found, nil
}

func (p *randomProvider) Check(_ context.Context, request plugin.CheckRequest) (plugin.CheckResponse, error) {
	found, err := kindOf(request.URN)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	values, problems := found.checked(request.News)
	response := plugin.CheckResponse{Properties: values}
	for _, each := range problems {
		response.Failures = append(response.Failures, plugin.CheckFailure{Property: each.property, Reason: each.reason})
	}
	return response, nil
}

// Diff replaces for every change that could change the result: a random value is made once.
func (p *randomProvider) Diff(_ context.Context, request plugin.DiffRequest) (plugin.DiffResponse, error) {
	found, err := kindOf(request.URN)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	before := found.complete(found.onlyInputs(request.OldOutputs))
	after := found.complete(request.NewInputs)
	detailed := map[string]plugin.PropertyDiff{}
	for _, declared := range found.inputs {
		key := resource.PropertyKey(declared.name)
		was, had := declared.comparable(before[key])
		is, has := declared.comparable(after[key])
		var change plugin.DiffKind
		switch {
		case had == has && (!had || was.DeepEquals(is)):
			continue
		case !had:
			change = plugin.DiffAddReplace
		case !has:
			change = plugin.DiffDeleteReplace
		default:
			change = plugin.DiffUpdateReplace
		}
		detailed[declared.name] = plugin.PropertyDiff{Kind: change, InputDiff: true}
	}
	if len(detailed) == 0 {
		return plugin.DiffResponse{Changes: plugin.DiffNone}, nil
	}
	return plugin.DiffResponse{Changes: plugin.DiffSome, DetailedDiff: detailed}, nil
}

// onlyInputs leaves out what a create made.
func (k kind) onlyInputs(state resource.PropertyMap) resource.PropertyMap {
	inputs := resource.PropertyMap{}
	for key, value := range state {
		if _, is := k.input(key); is && !value.IsNull() {
			inputs[key] = value
		}
	}
	return inputs
}

// comparable is a value without the ways of saying nothing: unset, an empty map of keepers, "" where that is meant.
func (i input) comparable(value resource.PropertyValue) (resource.PropertyValue, bool) {
	switch {
	case value.V == nil, value.IsNull():
		return value, false
	case i.shape == textMap && value.IsObject() && len(value.ObjectValue()) == 0:
		return value, false
	case i.blankIsUnset && value.IsString() && value.StringValue() == "":
		return value, false
	}
	return value, true
}

func (p *randomProvider) Create(_ context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
	found, err := kindOf(request.URN)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	state := found.complete(request.Properties)
	if request.Preview {
		for _, key := range append([]resource.PropertyKey{"id"}, found.computed...) {
			state[key] = found.guarded(key, resource.MakeComputed(resource.NewProperty("")))
		}
		return plugin.CreateResponse{Properties: state, Status: resource.StatusOK}, nil
	}
	id, made, err := found.create(state)
	if err != nil {
		return plugin.CreateResponse{}, fmt.Errorf("%s: %w", provider.Where(request.URN), err)
	}
	for key, value := range made {
		state[key] = value
	}
	return plugin.CreateResponse{ID: resource.ID(id), Properties: found.state(id, state), Status: resource.StatusOK}, nil
}

// state is what is recorded: as the official plugin does, with the ID and the schema's version in it, secrets marked.
func (k kind) state(id string, values resource.PropertyMap) resource.PropertyMap {
	state := resource.PropertyMap{}
	for key, value := range values {
		state[key] = k.guarded(key, value)
	}
	state["id"] = resource.NewProperty(id)
	if k.schema != "" {
		state["__meta"] = resource.NewProperty(fmt.Sprintf(`{"schema_version":%q}`, k.schema))
	}
	return state
}

func (k kind) guarded(key resource.PropertyKey, value resource.PropertyValue) resource.PropertyValue {
	if slices.Contains(k.secret, key) && !value.IsSecret() {
		return resource.MakeSecret(value)
	}
	return value
}

// Update is only asked for where nothing changed that makes the value: keepers emptied, "" for unset.
func (p *randomProvider) Update(_ context.Context, request plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	found, err := kindOf(request.URN)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	state := found.complete(request.NewInputs)
	for _, key := range found.computed {
		state[key] = request.OldOutputs[key]
	}
	return plugin.UpdateResponse{
		Properties: found.state(string(request.ID), state), Status: resource.StatusOK,
	}, nil
}

// Read knows nothing beyond the state; without one, it is an import.
func (p *randomProvider) Read(_ context.Context, request plugin.ReadRequest) (plugin.ReadResponse, error) {
	found, err := kindOf(request.URN)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	result := plugin.ReadResult{ID: request.ID, Inputs: request.Inputs, Outputs: request.State}
	if len(request.State) == 0 {
		if found.adopt == nil {
			return plugin.ReadResponse{}, fmt.Errorf("%s: this type cannot be imported", provider.Where(request.URN))
		}
		id, state, err := found.adopt(string(request.ID))
		if err != nil {
			return plugin.ReadResponse{}, fmt.Errorf("%s: %w", provider.Where(request.URN), err)
		}
		result = plugin.ReadResult{
			ID: resource.ID(id), Inputs: found.onlyInputs(state), Outputs: found.state(id, state),
		}
	}
	return plugin.ReadResponse{ReadResult: result, Status: resource.StatusOK}, nil
}
