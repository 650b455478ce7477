package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/distribution/reference"
	"github.com/docker/docker/api/types/build"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/client"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"slipway.dev/toolchain/plugins/internal/values"
)

// tailLines is how much of what the engine said last goes into an error.
const tailLines = 20

// engine is a Docker engine, with where its words go.
type engine struct {
	*client.Client
	say    func(line string)
	secret []string
}

// connect finds the engine as the official plugin does: the provider's settings, then DOCKER_HOST and its companions,
// then the usual socket.
func connect(settings resource.PropertyMap) (*client.Client, func(), error) {
	options := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	cleanup := func() {}
	if host := values.Text(settings["host"]); host != "" {
		options = append(options, client.WithHost(host))
	}
	host := orElse(values.Text(settings["host"]), os.Getenv(client.EnvOverrideHost))
	if strings.HasPrefix(host, "ssh://") {
		return nil, cleanup, fmt.Errorf("the docker stand-in speaks to an engine by socket, tcp or https, not by ssh (%s)", host)
	}
	certificates := values.Text(settings["certPath"])
	if ca := values.Text(settings["caMaterial"]); ca != "" {
		folder, err := os.MkdirTemp("", "docker-certificates-")
		if err != nil {
			return nil, cleanup, err
		}
		// The client reads them when it is made; nothing stays on disk.
		cleanup = func() { os.RemoveAll(folder) }
		for name, key := range map[string]resource.PropertyKey{
			"ca.pem": "caMaterial", "cert.pem": "certMaterial", "key.pem": "keyMaterial",
		} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(values.Text(settings[key])), 0o600); err != nil {
				return nil, cleanup, err
			}
		}
		certificates = folder
	}
	if certificates != "" {
		options = append(options, client.WithTLSClientConfig(
			filepath.Join(certificates, "ca.pem"), filepath.Join(certificates, "cert.pem"), filepath.Join(certificates, "key.pem")))
	}
	connected, err := client.NewClientWithOpts(options...)
	return connected, cleanup, err
}

// build makes the image and answers its ID.
func (e *engine) build(ctx context.Context, spec imageSpec, from *buildContext, logins map[string]registry.AuthConfig) (string, error) {
	for _, cached := range spec.build.cacheFrom {
		if err := e.pull(ctx, cached, spec.build.platform, logins); err != nil {
			e.say(fmt.Sprintf("warning: %s cannot serve as cache: %v", cached, err))
		}
	}
	stream, err := from.archive()
	if err != nil {
		return "", err
	}
	defer stream.Close()
	options := build.ImageBuildOptions{
		Dockerfile: from.inContext, Tags: []string{spec.name},
		BuildArgs: spec.build.args, Target: spec.build.target, NetworkMode: spec.build.network,
		ExtraHosts: spec.build.addHosts, CacheFrom: spec.build.cacheFrom, AuthConfigs: logins,
		Remove: true, ForceRemove: true,
	}
	if options.Version, err = e.builder(ctx, spec.build.builder); err != nil {
		return "", err
	}
	// The classic builder of some engines takes no platform at all, not even its own.
	if spec.build.platform != hostPlatform() || options.Version == build.BuilderBuildKit {
		options.Platform = spec.build.platform
	}
	answer, err := e.ImageBuild(ctx, stream, options)
	if err != nil {
		return "", e.failed("the image could not be built", err)
	}
	defer answer.Body.Close()
	if _, err := e.follow(answer.Body); err != nil {
		return "", e.failed("the image could not be built", err)
	}
	made, err := e.ImageInspect(ctx, spec.name)
	if err != nil {
		return "", e.failed("the built image could not be looked at", err)
	}
	return made.ID, nil
}

// builder is the one asked for, else the one the engine itself prefers, as with the docker command.
func (e *engine) builder(ctx context.Context, wanted string) (build.BuilderVersion, error) {
	switch wanted {
	case builderClassic:
		return build.BuilderV1, nil
	case builderBuildKit:
		return build.BuilderBuildKit, nil
	}
	answer, err := e.Ping(ctx)
	if err != nil {
		return "", e.failed("the engine does not answer", err)
	}
	if answer.BuilderVersion == "" {
		return build.BuilderV1, nil
	}
	return answer.BuilderVersion, nil
}

// push answers the digest that the registry knows the image by, as name@digest.
func (e *engine) push(ctx context.Context, name string, logins map[string]registry.AuthConfig) (string, error) {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return "", err
	}
	named = reference.TagNameOnly(named)
	login, err := registry.EncodeAuthConfig(logins[reference.Domain(named)])
	if err != nil {
		return "", err
	}
	stream, err := e.ImagePush(ctx, named.String(), image.PushOptions{RegistryAuth: login})
	if err != nil {
		return "", e.failed(name+" could not be pushed", err)
	}
	defer stream.Close()
	notes, err := e.follow(stream)
	if err != nil {
		return "", e.failed(name+" could not be pushed", err)
	}
	for _, note := range notes {
		var pushed struct{ Digest string }
		if json.Unmarshal(note, &pushed) == nil && pushed.Digest != "" {
			return reference.TrimNamed(named).String() + "@" + pushed.Digest, nil
		}
	}
	return "", fmt.Errorf("%s was pushed, but the engine did not say under which digest", name)
}

func (e *engine) pull(ctx context.Context, name, platform string, logins map[string]registry.AuthConfig) error {
	named, err := reference.ParseNormalizedNamed(name)
	if err != nil {
		return err
	}
	login, err := registry.EncodeAuthConfig(logins[reference.Domain(named)])
	if err != nil {
		return err
	}
	options := image.PullOptions{RegistryAuth: login}
	if platform != hostPlatform() {
		options.Platform = platform
	}
	stream, err := e.ImagePull(ctx, reference.TagNameOnly(named).String(), options)
	if err != nil {
		return err
	}
	defer stream.Close()
	_, err = e.follow(stream)
	return err
}

// follow shows what the engine says until it ends, and answers the notes meant for programs. An error the engine
// reports comes with the last lines before it.
func (e *engine) follow(stream io.Reader) ([]json.RawMessage, error) {
	var notes []json.RawMessage
	var tail []string
	decoder := json.NewDecoder(stream)
	for {
		var message struct {
			Stream, Status, ID, Progress, Error string
			Aux                                 json.RawMessage
		}
		if err := decoder.Decode(&message); errors.Is(err, io.EOF) {
			return notes, nil
		} else if err != nil {
			return notes, fmt.Errorf("the engine's answer broke off: %w", err)
		}
		text, passing := message.Stream, ""
		switch {
		case message.ID == traceID:
			steps, output := traceLines(message.Aux)
			text, passing = strings.Join(output, "\n"), strings.Join(steps, "\n")
		case len(message.Aux) > 0:
			notes = append(notes, message.Aux)
		case message.Status != "":
			passing = strings.Join([]string{message.ID, message.Status, message.Progress}, " ")
		}
		e.show(passing)
		tail = append(tail, e.show(text)...)
		if len(tail) > tailLines {
			tail = tail[len(tail)-tailLines:]
		}
		if message.Error != "" {
			return notes, errors.New(strings.Join(append(tail, e.clean(message.Error)), "\n"))
		}
	}
}

// show says each line that is not blank, and answers those said.
func (e *engine) show(text string) []string {
	var lines []string
	for line := range strings.SplitSeq(e.clean(text), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			e.say(line)
			lines = append(lines, line)
		}
	}
	return lines
}

// clean keeps what is secret out of anything that is shown.
func (e *engine) clean(text string) string {
	for _, secret := range e.secret {
		text = strings.ReplaceAll(text, secret, "[secret]")
	}
	return text
}

func (e *engine) failed(what string, err error) error {
	if client.IsErrConnectionFailed(err) {
		return fmt.Errorf("no Docker engine answers at %s: start it, or say where it is with DOCKER_HOST or the provider's host", e.DaemonHost())
	}
	return fmt.Errorf("%s: %s", what, e.clean(err.Error()))
}
