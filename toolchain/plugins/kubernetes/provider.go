package main

// The provider: what lives as long as the plugin does, and the calls that are about the plugin and not a resource.

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type provider struct {
	pulumirpc.UnimplementedResourceProviderServer

	engine   engine
	settings settings
	secrets  *redactor

	// cluster is nil when there is none to reach; unreachable then says why.
	cluster     *cluster
	unreachable string

	// alive ends with Cancel: waits stop, and what they waited for goes into the state as it is.
	alive  context.Context
	cancel context.CancelFunc

	mu sync.Mutex
	// defined holds the scope of every custom kind this program defines, for kinds the server does not know yet.
	defined map[schema.GroupKind]string
	// told holds the warnings given, so that each is given once a resource.
	told map[string]bool
	// shown holds the last status shown for each resource.
	shown map[resource.URN]string
}

// newProvider makes one that works until its process is to end.
func newProvider(process context.Context) *provider {
	p := &provider{
		secrets: newRedactor(),
		defined: map[schema.GroupKind]string{}, told: map[string]bool{}, shown: map[resource.URN]string{},
		unreachable: "the provider is not configured",
	}
	p.alive, p.cancel = context.WithCancel(process)
	return p
}

func (p *provider) Handshake(context.Context, *pulumirpc.ProviderHandshakeRequest) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

// GetSchema names the package and no types: the Node SDK carries its own, and nothing else is served here.
func (p *provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: fmt.Sprintf(
		`{"name":"kubernetes","version":%q,"description":"Stand-in for the Pulumi provider of Kubernetes; without types."}`,
		version)}, nil
}

func (p *provider) GetMapping(context.Context, *pulumirpc.GetMappingRequest) (*pulumirpc.GetMappingResponse, error) {
	return &pulumirpc.GetMappingResponse{}, nil
}

func (p *provider) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, p.engine.connect(req.GetAddress())
}

func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

// Configure never fails for want of a cluster: previews, renderings and invokes work without one, and each
// operation that needs it says so.
func (p *provider) Configure(_ context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	s, err := readSettings(req.GetVariables())
	if err != nil {
		return nil, err
	}
	p.settings, p.cluster, p.unreachable = s, nil, ""
	if err := p.connect(); err != nil {
		p.unreachable = p.secrets.hide(err.Error())
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true,
		SupportsPreview: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (p *provider) connect() error {
	loaded, err := clientConfig(p.settings)
	if err != nil {
		return err
	}
	if namespace, _, err := loaded.Namespace(); err == nil && p.settings.namespace == "" {
		p.settings.namespace = namespace
	}
	config, err := loaded.ClientConfig()
	if err != nil {
		return fmt.Errorf("the kubeconfig does not lead to a cluster: %w", err)
	}
	config.QPS, config.Burst, config.Timeout = p.settings.qps, p.settings.burst, p.settings.timeout
	p.cluster, err = connect(config, serverWarnings{p})
	return err
}

func (p *provider) rendering() bool { return p.settings.renderTo != "" }

func (p *provider) log(ctx context.Context, severity diag.Severity, urn resource.URN, format string, args ...any) {
	p.engine.say(ctx, severity, urn, p.secrets.hide(fmt.Sprintf(format, args...)), false)
}

func (p *provider) status(ctx context.Context, urn resource.URN, format string, args ...any) {
	p.engine.say(ctx, diag.Info, urn, p.secrets.hide(fmt.Sprintf(format, args...)), true)
}

// once is true the first time it is asked for this text about this resource.
func (p *provider) once(urn resource.URN, text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := string(urn) + "\n" + text
	seen := p.told[key]
	p.told[key] = true
	return !seen
}

func (p *provider) definedScope(kind schema.GroupKind) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	scope, ok := p.defined[kind]
	return scope, ok
}

func (p *provider) define(crd object) {
	kind := schema.GroupKind{Group: textIn(crd, "spec", "group"), Kind: textIn(crd, "spec", "names", "kind")}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.defined[kind] = textIn(crd, "spec", "scope")
}

// untilCancelled is the context of one operation: it ends with the request, the engine and Cancel.
func (p *provider) untilCancelled(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := context.WithCancel(ctx)
	detach := context.AfterFunc(p.alive, stop)
	return ctx, func() { detach(); stop() }
}

type urnKey struct{}

func withURN(ctx context.Context, urn resource.URN) context.Context {
	return context.WithValue(ctx, urnKey{}, urn)
}

// serverWarnings shows what the API server warns of (unknown fields, Pod security, deprecated versions) under the
// resource it is about.
type serverWarnings struct{ p *provider }

func (w serverWarnings) HandleWarningHeaderWithContext(ctx context.Context, code int, _ string, text string) {
	urn, ok := ctx.Value(urnKey{}).(resource.URN)
	if code != 299 || text == "" || !ok {
		return
	}
	if w.p.settings.quietDeprecations && strings.Contains(text, "deprecated") {
		return
	}
	if w.p.once(urn, text) {
		w.p.log(ctx, diag.Warning, urn, "the API server warns: %s", text)
	}
}
