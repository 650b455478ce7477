//go:build tools

// What is built from this module by its import path, named here so that `go mod tidy` keeps its modules.
package cilium

import (
	_ "github.com/cilium/cilium/daemon"
	_ "github.com/cilium/cilium/plugins/cilium-cni"
)
