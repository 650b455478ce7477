// pulumi-resource-docker stands in for the official plugin of @pulumi/docker, as far as building and pushing images.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"slipway.dev/toolchain/plugins/internal/provider"
)

// version is set when it is built: that of the npm package it goes with.
var version = "0.0.0-dev"

func main() {
	provider.Serve("pulumi-resource-docker", version, true, func(base *provider.Base) plugin.Provider {
		return &dockerProvider{Base: base}
	})
}
