//go:build tools

// What is built from this module by its import path, named here so that `go mod tidy` keeps its modules.
package main

import (
	_ "github.com/rancher/local-path-provisioner"
	_ "k8s.io/kubernetes/test/e2e"
	_ "k8s.io/kubernetes/test/images/agnhost"
	_ "sigs.k8s.io/kwok/cmd/kwok"
)
