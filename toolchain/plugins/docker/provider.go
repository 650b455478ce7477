package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/docker/docker/api/types/registry"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"slipway.dev/toolchain/plugins/internal/provider"
	"slipway.dev/toolchain/plugins/internal/values"
)

const imageType = "docker:index/image:Image"

type dockerProvider struct {
	*provider.Base

	lock     sync.Mutex
	settings resource.PropertyMap
}

func (p *dockerProvider) Configure(_ context.Context, request plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.settings = values.PlainMap(request.Inputs)
	return plugin.ConfigureResponse{}, nil
}

// onlyImages refuses what only the official plugin can do.
func onlyImages(at resource.URN) error {
	if string(at.Type()) == imageType {
		return nil
	}
	return fmt.Errorf("%s: the docker plugin in use is Slipway's stand-in, which builds and pushes images (docker.Image) and "+
		"nothing else. Where the official one can be had, install it: pulumi plugin install resource docker v%s", provider.Where(at), version)
}

func (p *dockerProvider) Invoke(_ context.Context, request plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	return plugin.InvokeResponse{}, fmt.Errorf("%s: the docker plugin in use is Slipway's stand-in, which builds and pushes "+
		"images (docker.Image) and answers no look-ups. Where the official one can be had, install it: "+
		"pulumi plugin install resource docker v%s", request.Tok, version)
}

// Check puts the defaults in, as the official plugin records them, and the digest of the build context, by which a
// changed file makes an update.
func (p *dockerProvider) Check(_ context.Context, request plugin.CheckRequest) (plugin.CheckResponse, error) {
	if err := onlyImages(request.URN); err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := request.News.Copy()
	plain := values.PlainMap(request.News)
	spec := readSpec(plain)
	var problems []problem
	if name := plain["imageName"]; name.V == nil || name.IsNull() {
		problems = append(problems, problem{"imageName", "Missing required property"})
	} else if !name.ContainsUnknowns() && !plain["registry"].ContainsUnknowns() {
		problems = append(problems, spec.checkName()...)
	}
	problems = append(problems, spec.checkBuilder()...)

	if _, set := inputs["buildOnPreview"]; !set {
		inputs["buildOnPreview"] = resource.NewProperty(false)
	}
	given := plain["build"]
	switch {
	case given.ContainsUnknowns() && !given.IsObject():
	case given.V != nil && !given.IsNull() && !given.IsObject():
		problems = append(problems, problem{"build", "expected an object, found " + given.TypeString()})
	default:
		fields := values.Object(given)
		if !known(fields["context"]) || !known(fields["dockerfile"]) {
			break
		}
		opened, err := openContext(spec.build)
		if err != nil {
			problems = append(problems, problem{"build", err.Error()})
			break
		}
		digest, err := opened.digest()
		if err != nil {
			problems = append(problems, problem{"build", err.Error()})
			break
		}
		inputs["build"] = withDefaults(inputs["build"], map[resource.PropertyKey]string{
			"context": spec.build.context, "dockerfile": spec.build.dockerfile, "platform": spec.build.platform,
		}, digest)
	}
	response := plugin.CheckResponse{Properties: inputs}
	for _, each := range problems {
		// With a property named, the engine would print its whole value before the reason.
		response.Failures = append(response.Failures, plugin.CheckFailure{Reason: each.property + ": " + each.reason})
	}
	return response, nil
}

func known(value resource.PropertyValue) bool { return value.V == nil || !value.ContainsUnknowns() }

// withDefaults adds to `build` what is not set, under whatever secret is around it.
func withDefaults(given resource.PropertyValue, defaults map[resource.PropertyKey]string, digest string) resource.PropertyValue {
	if given.IsSecret() {
		return resource.MakeSecret(withDefaults(given.SecretValue().Element, defaults, digest))
	}
	fields := resource.PropertyMap{}
	if given.IsObject() {
		fields = given.ObjectValue().Copy()
	}
	for key, value := range defaults {
		if set, has := fields[key]; !has || set.IsNull() {
			fields[key] = resource.NewProperty(value)
		}
	}
	fields["contextDigest"] = resource.NewProperty(digest)
	return resource.NewProperty(fields)
}

// Diff compares inputs. New credentials alone build nothing anew: they change with every login.
func (p *dockerProvider) Diff(_ context.Context, request plugin.DiffRequest) (plugin.DiffResponse, error) {
	if err := onlyImages(request.URN); err != nil {
		return plugin.DiffResponse{}, err
	}
	before := withoutLogin(values.PlainMap(recordedInputs(request)))
	after := withoutLogin(values.PlainMap(request.NewInputs))
	changes := before.Diff(after, resource.IsInternalPropertyKey)
	if changes == nil {
		return plugin.DiffResponse{Changes: plugin.DiffNone}, nil
	}
	detailed := map[string]plugin.PropertyDiff{}
	for key := range changes.Adds {
		detailed[string(key)] = plugin.PropertyDiff{Kind: plugin.DiffAdd, InputDiff: true}
	}
	for key := range changes.Deletes {
		detailed[string(key)] = plugin.PropertyDiff{Kind: plugin.DiffDelete, InputDiff: true}
	}
	for key := range changes.Updates {
		detailed[string(key)] = plugin.PropertyDiff{Kind: plugin.DiffUpdate, InputDiff: true}
	}
	return plugin.DiffResponse{Changes: plugin.DiffSome, DetailedDiff: detailed}, nil
}

func recordedInputs(request plugin.DiffRequest) resource.PropertyMap {
	if recorded := values.Plain(request.OldOutputs["__inputs"]); recorded.IsObject() {
		return recorded.ObjectValue()
	}
	return request.OldInputs
}

func withoutLogin(inputs resource.PropertyMap) resource.PropertyMap {
	login := inputs["registry"]
	if !login.IsObject() {
		return inputs
	}
	kept := login.ObjectValue().Copy()
	delete(kept, "username")
	delete(kept, "password")
	changed := inputs.Copy()
	changed["registry"] = resource.NewProperty(kept)
	return changed
}

func (p *dockerProvider) Create(ctx context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
	if err := onlyImages(request.URN); err != nil {
		return plugin.CreateResponse{}, err
	}
	state, err := p.make(ctx, request.URN, request.Properties, request.Preview)
	if err != nil {
		return plugin.CreateResponse{}, fmt.Errorf("%s: %w", provider.Where(request.URN), err)
	}
	response := plugin.CreateResponse{Properties: state, Status: resource.StatusOK}
	if !request.Preview {
		response.ID = resource.ID(values.Text(values.Plain(request.Properties["imageName"])))
	}
	return response, nil
}

func (p *dockerProvider) Update(ctx context.Context, request plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	state, err := p.make(ctx, request.URN, request.NewInputs, request.Preview)
	if err != nil {
		return plugin.UpdateResponse{}, fmt.Errorf("%s: %w", provider.Where(request.URN), err)
	}
	return plugin.UpdateResponse{Properties: state, Status: resource.StatusOK}, nil
}

// Read believes the state, as the official plugin does: an image is not looked for in its registry.
func (p *dockerProvider) Read(_ context.Context, request plugin.ReadRequest) (plugin.ReadResponse, error) {
	if err := onlyImages(request.URN); err != nil {
		return plugin.ReadResponse{}, err
	}
	if len(request.State) == 0 {
		return plugin.ReadResponse{}, fmt.Errorf("%s: an image cannot be imported, it is built", provider.Where(request.URN))
	}
	return plugin.ReadResponse{
		ReadResult: plugin.ReadResult{ID: request.ID, Inputs: request.Inputs, Outputs: request.State},
		Status:     resource.StatusOK,
	}, nil
}

// make builds and pushes, and answers the state. A preview only builds where it is asked to, and never pushes.
func (p *dockerProvider) make(
	call context.Context, at resource.URN, inputs resource.PropertyMap, preview bool,
) (resource.PropertyMap, error) {
	plain := values.PlainMap(inputs)
	spec := readSpec(plain)
	state := resource.PropertyMap{
		"imageName": inputs["imageName"], "baseImageName": inputs["imageName"],
		"registryServer": resource.NewProperty(spec.registry.server),
		"context":        resource.NewProperty(spec.build.context),
		"platform":       resource.NewProperty(spec.build.platform),
		"dockerfile":     resource.NewProperty(spec.build.dockerfile),
		"repoDigest":     resource.MakeComputed(resource.NewProperty("")),
		"__inputs":       resource.MakeSecret(resource.NewProperty(plain)),
	}
	fields := values.Object(plain["build"])
	if plain["build"].IsComputed() || !known(fields["context"]) || !known(fields["dockerfile"]) {
		for _, key := range []resource.PropertyKey{"context", "dockerfile", "platform"} {
			state[key] = resource.MakeComputed(resource.NewProperty(""))
		}
		return withoutInputs(state), nil
	}
	from, err := openContext(spec.build)
	if err != nil {
		return nil, err
	}
	state["dockerfile"] = resource.NewProperty(from.relative)
	if preview && !spec.buildOnPreview {
		return withoutInputs(state), nil
	}
	if preview && resource.NewProperty(plain).ContainsUnknowns() {
		p.Log(pulumirpc.LogSeverity_WARNING, at, "not built in this preview: some of its inputs are not known yet")
		return withoutInputs(state), nil
	}
	ctx, end := p.Until(call)
	defer end()
	p.lock.Lock()
	settings := p.settings
	p.lock.Unlock()
	connected, cleanup, err := connect(settings)
	defer cleanup()
	if err != nil {
		return nil, err
	}
	defer connected.Close()
	docker := &engine{
		Client: connected,
		say:    func(line string) { p.LogPassing(at, line) },
		secret: values.Secrets(resource.NewProperty(inputs)),
	}
	logins := map[string]registry.AuthConfig{}
	if logins, err = loginsFor(spec, settings); err != nil {
		return nil, err
	}
	id, err := docker.build(ctx, spec, from, logins)
	if err != nil {
		return nil, stoppedOr(ctx, err)
	}
	switch {
	case spec.skipPush:
		state["repoDigest"] = resource.NewProperty(id)
	case preview:
	default:
		digest, err := docker.push(ctx, spec.name, logins)
		if err != nil {
			return nil, stoppedOr(ctx, err)
		}
		state["repoDigest"] = resource.NewProperty(digest)
	}
	return state, nil
}

// withoutInputs is what a preview promises: the record of the inputs is no output.
func withoutInputs(state resource.PropertyMap) resource.PropertyMap {
	delete(state, "__inputs")
	return state
}

func stoppedOr(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("cancelled before it was done")
	}
	return err
}
