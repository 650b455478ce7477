// Command coredns is CoreDNS with the plugins the embedded cluster's Corefile names and no others: compiled beside
// Kubernetes it takes seconds instead of minutes.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"

	"github.com/coredns/coredns/coremain"
)

func init() {
	// The order in which a query passes through the plugins: upstream's, with what is not compiled in left out.
	dnsserver.Directives = []string{
		"reload", "health", "ready", "prometheus", "errors", "cache", "hosts", "kubernetes", "loop", "forward",
	}
}

func main() { coremain.Run() }
