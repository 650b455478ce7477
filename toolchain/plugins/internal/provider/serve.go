// Package provider is what the stand-in resource plugins share: serving, talking to the engine, and the calls that
// every one of them answers alike.
package provider

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"slipway.dev/toolchain/plugins/internal/launch"
)

// Base answers what every stand-in answers alike; each embeds it.
type Base struct {
	plugin.UnimplementedProvider
	version semver.Version
	secrets bool

	process *launch.Plugin

	lock   sync.Mutex
	engine pulumirpc.EngineClient
}

// Serve runs a plugin until the engine ends it. With secrets, the plugin sees which values are secret and answers so;
// without, the engine keeps account of them by property.
func Serve(name, version string, secrets bool, build func(*Base) plugin.Provider) {
	launch.Run(name, func(process *launch.Plugin) (func(*grpc.Server), error) {
		parsed, err := semver.ParseTolerant(version)
		if err != nil {
			return nil, fmt.Errorf("version %q: %w", version, err)
		}
		base := &Base{version: parsed, secrets: secrets, process: process}
		server := plugin.NewProviderServer(build(base))
		register := func(grpc *grpc.Server) { pulumirpc.RegisterResourceProviderServer(grpc, server) }
		if process.Engine == "" {
			return register, nil
		}
		return register, base.attach(process.Engine)
	})
}

func (b *Base) attach(address string) error {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.engine != nil {
		return nil
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		rpcutil.GrpcChannelOptions())
	if err != nil {
		return fmt.Errorf("the engine at %s cannot be spoken to: %w", address, err)
	}
	b.engine = pulumirpc.NewEngineClient(connection)
	return b.process.Watch(address)
}

// Stopped ends when the engine cancels or goes: long work watches it.
func (b *Base) Stopped() context.Context { return b.process.Stopped }

// Until is a context that ends with the engine's call and with its cancellation.
func (b *Base) Until(call context.Context) (context.Context, context.CancelFunc) {
	both, end := context.WithCancel(call)
	unlink := context.AfterFunc(b.process.Stopped, end)
	return both, func() { unlink(); end() }
}

// Log shows a line in the engine's output, at the resource where one is named.
func (b *Base) Log(severity pulumirpc.LogSeverity, at resource.URN, text string) {
	b.log(&pulumirpc.LogRequest{Severity: severity, Urn: string(at), Message: text})
}

// LogPassing shows a line that the next one replaces, as progress.
func (b *Base) LogPassing(at resource.URN, text string) {
	b.log(&pulumirpc.LogRequest{
		Severity: pulumirpc.LogSeverity_INFO, Urn: string(at), Message: text, Ephemeral: true,
	})
}

func (b *Base) log(request *pulumirpc.LogRequest) {
	b.lock.Lock()
	engine := b.engine
	b.lock.Unlock()
	if engine == nil {
		fmt.Fprintln(os.Stderr, request.Message)
		return
	}
	// A line that cannot be shown is no reason to fail the work it tells of.
	if _, err := engine.Log(b.process.Stopped, request); err != nil {
		logging.V(5).Infof("log line not delivered: %v", err)
	}
}

// Where names a resource in an error message.
func Where(at resource.URN) string {
	if !urn.URN(at).IsValid() {
		return string(at)
	}
	return fmt.Sprintf("%s %q", at.Type(), at.Name())
}

func (b *Base) Handshake(
	_ context.Context, request plugin.ProviderHandshakeRequest,
) (*plugin.ProviderHandshakeResponse, error) {
	if request.EngineAddress != "" {
		if err := b.attach(request.EngineAddress); err != nil {
			return nil, err
		}
	}
	return &plugin.ProviderHandshakeResponse{AcceptSecrets: b.secrets, AcceptResources: true, AcceptOutputs: true}, nil
}

func (b *Base) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	return plugin.PluginInfo{Version: &b.version}, nil
}

func (b *Base) SignalCancellation(context.Context) error {
	b.process.Stop()
	return nil
}

func (b *Base) Close() error {
	b.process.Stop()
	return nil
}

func (b *Base) CheckConfig(
	_ context.Context, request plugin.CheckConfigRequest,
) (plugin.CheckConfigResponse, error) {
	return plugin.CheckConfigResponse{Properties: request.News}, nil
}

// DiffConfig never replaces: no stand-in's provider settings decide what its resources are.
func (b *Base) DiffConfig(_ context.Context, request plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	if request.OldInputs.DeepEquals(request.NewInputs) {
		return plugin.DiffConfigResponse{Changes: plugin.DiffNone}, nil
	}
	return plugin.DiffConfigResponse{Changes: plugin.DiffSome}, nil
}

func (b *Base) Configure(context.Context, plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	return plugin.ConfigureResponse{}, nil
}

func (b *Base) Delete(context.Context, plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	return plugin.DeleteResponse{Status: resource.StatusOK}, nil
}

// GetSchema is what `pulumi import` writes a program from. A stand-in has none, and says what works without.
func (b *Base) GetSchema(context.Context, plugin.GetSchemaRequest) (plugin.GetSchemaResponse, error) {
	return plugin.GetSchemaResponse{}, status.Error(codes.Unimplemented, "this plugin is a stand-in and has no schema to "+
		"write code from: the import itself works with `pulumi import --generate-code=false`, or with the `import` "+
		"option on the resource in the program")
}

func (b *Base) GetMapping(context.Context, plugin.GetMappingRequest) (plugin.GetMappingResponse, error) {
	return plugin.GetMappingResponse{}, nil
}

func (b *Base) GetMappings(context.Context, plugin.GetMappingsRequest) (plugin.GetMappingsResponse, error) {
	return plugin.GetMappingsResponse{}, nil
}
