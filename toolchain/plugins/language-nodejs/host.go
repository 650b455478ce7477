package main

import (
	"context"
	"errors"
	"sync"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"slipway.dev/toolchain/plugins/internal/launch"
)

// host answers the LanguageRuntime service. What it leaves out (generating code, packing SDKs) answers Unimplemented.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	plugin *launch.Plugin
	// cancelled ends with the process, and with the engine's Cancel call: programs are to end, the process answers on.
	cancelled context.Context
	cancel    context.CancelFunc

	lock   sync.Mutex
	engine string
}

func newHost(plugin *launch.Plugin) *host {
	cancelled, cancel := context.WithCancel(plugin.Stopped)
	return &host{plugin: plugin, cancelled: cancelled, cancel: cancel}
}

// attach remembers where the engine listens and watches that it is still there.
func (h *host) attach(engine string) error {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.engine == engine {
		return nil
	}
	h.engine = engine
	return h.plugin.Watch(engine)
}

func (h *host) engineAddress() (string, error) {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.engine == "" {
		return "", errors.New("no engine is known: pass its address as argument or call Handshake first")
	}
	return h.engine, nil
}

func (h *host) Handshake(
	_ context.Context, request *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	if err := h.attach(request.EngineAddress); err != nil {
		return nil, err
	}
	return &pulumirpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancel()
	return &emptypb.Empty{}, nil
}

// Template has nothing to add to a new Node project.
func (h *host) Template(context.Context, *pulumirpc.TemplateRequest) (*pulumirpc.TemplateResponse, error) {
	return &pulumirpc.TemplateResponse{}, nil
}
