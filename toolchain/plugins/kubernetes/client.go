package main

// The cluster behind the provider: its clients, what it serves, and whether it can be reached at all.

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
)

const (
	userAgent = "pulumi-kubernetes"
	// A host that does not answer at all must not hold up a preview for long.
	reachTimeout = 10 * time.Second
	// How often an unknown kind may make the provider ask the server again what it serves.
	rediscovery = time.Second
)

type cluster struct {
	host    string
	dynamic dynamic.Interface
	core    v1.CoreV1Interface
	cache   discovery.CachedDiscoveryInterface
	mapper  *restmapper.DeferredDiscoveryRESTMapper

	mu     sync.Mutex
	asked  time.Time
	denied error
}

// connect makes the clients and asks the server for its version; the second result says why there is no cluster.
func connect(config *rest.Config, warnings rest.WarningHandlerWithContext) (*cluster, error) {
	config = rest.CopyConfig(config)
	config.UserAgent = userAgent
	config.WarningHandlerWithContext = warnings
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	dyn, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	core, err := v1.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	disc, err := discovery.NewDiscoveryClientForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	cache := memory.NewMemCacheClient(disc)
	c := &cluster{
		host: config.Host, dynamic: dyn, core: core, cache: cache,
		mapper: restmapper.NewDeferredDiscoveryRESTMapper(cache),
	}
	ctx, done := context.WithTimeout(context.Background(), reachTimeout)
	defer done()
	if _, err := disc.RESTClient().Get().AbsPath("/version").DoRaw(ctx); err != nil {
		return nil, fmt.Errorf("%s does not answer: %w", config.Host, err)
	}
	return c, nil
}

// mapping finds the resource of a kind. A kind the cache does not know may have been defined a moment ago, so the
// server is asked again, at most once a second however many resources wait.
func (c *cluster) mapping(kind schema.GroupVersionKind) (*meta.RESTMapping, error) {
	found, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if err == nil || !meta.IsNoMatchError(err) {
		return found, err
	}
	c.mu.Lock()
	stale := time.Since(c.asked) >= rediscovery
	if stale {
		c.asked = time.Now()
		c.mapper.Reset()
	}
	c.mu.Unlock()
	if !stale {
		return nil, err
	}
	return c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
}

// forget makes the next look at any kind fresh, after a definition was made or changed.
func (c *cluster) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mapper.Reset()
}

func (c *cluster) resource(obj *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	return c.resourceOf(kindOf(obj.Object), obj.GetNamespace())
}

func (c *cluster) resourceOf(kind schema.GroupVersionKind, namespace string) (dynamic.ResourceInterface, error) {
	mapping, err := c.mapping(kind)
	if err != nil {
		return nil, err
	}
	all := c.dynamic.Resource(mapping.Resource)
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return all, nil
	}
	if namespace == "" {
		namespace = "default"
	}
	return all.Namespace(namespace), nil
}

// namespaced tells where a kind lives; a kind nobody knows yet is taken to live in a namespace, which is what most
// custom resources do, and is put right when it is created.
func (p *provider) namespaced(kind schema.GroupVersionKind) bool {
	if inside, known := builtinScope(kind); known {
		return inside
	}
	if p.cluster != nil {
		if mapping, err := p.cluster.mapping(kind); err == nil {
			return mapping.Scope.Name() == meta.RESTScopeNameNamespace
		}
	}
	if scope, ok := p.definedScope(kind.GroupKind()); ok {
		return scope == "Namespaced"
	}
	return true
}
