package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/distribution/reference"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"slipway.dev/toolchain/plugins/internal/values"
)

// imageSpec is what an Image resource asks for, read from its inputs.
type imageSpec struct {
	name           string
	skipPush       bool
	buildOnPreview bool
	registry       credentials
	build          buildSpec
}

type credentials struct{ server, username, password string }

type buildSpec struct {
	context    string
	dockerfile string
	platform   string
	target     string
	network    string
	builder    string
	args       map[string]*string
	addHosts   []string
	cacheFrom  []string
}

const (
	builderClassic  = "BuilderV1"
	builderBuildKit = "BuilderBuildKit"
)

// readSpec reads inputs without secrets; what is unknown in a preview reads as unset.
func readSpec(inputs resource.PropertyMap) imageSpec {
	build := values.Object(inputs["build"])
	registry := values.Object(inputs["registry"])
	spec := imageSpec{
		name:           values.Text(inputs["imageName"]),
		skipPush:       values.Flag(inputs["skipPush"]),
		buildOnPreview: values.Flag(inputs["buildOnPreview"]),
		registry: credentials{
			server:   values.Text(registry["server"]),
			username: values.Text(registry["username"]),
			password: values.Text(registry["password"]),
		},
		build: buildSpec{
			context:    orElse(values.Text(build["context"]), "."),
			dockerfile: values.Text(build["dockerfile"]),
			platform:   orElse(values.Text(build["platform"]), hostPlatform()),
			target:     values.Text(build["target"]),
			network:    values.Text(build["network"]),
			builder:    values.Text(build["builderVersion"]),
			args:       map[string]*string{},
			addHosts:   values.Texts(build["addHosts"]),
			cacheFrom:  values.Texts(values.Object(build["cacheFrom"])["images"]),
		},
	}
	if spec.build.dockerfile == "" {
		spec.build.dockerfile = defaultDockerfile(spec.build.context)
	}
	for name, value := range values.Object(build["args"]) {
		text := values.Text(value)
		spec.build.args[string(name)] = &text
	}
	return spec
}

// hostPlatform is what the official plugin builds for where nothing is said.
func hostPlatform() string { return "linux/" + runtime.GOARCH }

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// problem is what is wrong with one property.
type problem struct{ property, reason string }

// checkName wants a name that says which registry it is in, unless the image stays on this machine.
func (s imageSpec) checkName() []problem {
	named, err := reference.ParseNormalizedNamed(s.name)
	if err != nil {
		return []problem{{"imageName", fmt.Sprintf("%q is not an image name: %v", s.name, err)}}
	}
	if _, digested := named.(reference.Digested); digested {
		return []problem{{"imageName", fmt.Sprintf("%q has a digest, and the digest of a build is not known before it: write a tag", s.name)}}
	}
	if s.skipPush {
		return nil
	}
	if _, err := reference.ParseNamed(s.name); err != nil {
		return []problem{{"imageName", fmt.Sprintf(
			"%q does not say which registry to push to: write %q, the host of another registry in its place, or set skipPush",
			s.name, named.String())}}
	}
	if server := serverHost(s.registry.server); server != "" && server != reference.Domain(named) {
		return []problem{{"registry", fmt.Sprintf("the server is %s, but imageName %q is in %s", server, s.name, reference.Domain(named))}}
	}
	return nil
}

func (s imageSpec) checkBuilder() []problem {
	switch s.build.builder {
	case "", builderClassic, builderBuildKit:
		return nil
	}
	return []problem{{"build", fmt.Sprintf("builderVersion is %q; allowed are %s and %s", s.build.builder, builderClassic, builderBuildKit)}}
}

// serverHost is the host of a registry's address, however it was written; Docker Hub has several.
func serverHost(server string) string {
	host := strings.TrimPrefix(strings.TrimPrefix(server, "https://"), "http://")
	host, _, _ = strings.Cut(host, "/")
	switch host {
	case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com":
		return "docker.io"
	}
	return host
}
