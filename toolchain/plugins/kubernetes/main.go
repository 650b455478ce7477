// Command pulumi-resource-kubernetes stands in for the official Pulumi provider of Kubernetes where that cannot be
// installed. README.md says what it does and what it does not.
package main

import (
	"io"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"k8s.io/klog/v2"

	"slipway.dev/toolchain/plugins/internal/launch"
)

// version is that of the npm package @pulumi/kubernetes this serves; the build may set another.
var version = "4.34.2"

func main() {
	// The client libraries write what they retry to standard error, which the engine would show as a diagnosis.
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)

	launch.Run("pulumi-resource-kubernetes", func(process *launch.Plugin) (func(*grpc.Server), error) {
		provider := newProvider(process.Stopped)
		if process.Engine != "" {
			if err := provider.engine.connect(process.Engine); err != nil {
				return nil, err
			}
			if err := process.Watch(process.Engine); err != nil {
				return nil, err
			}
		}
		return func(server *grpc.Server) { pulumirpc.RegisterResourceProviderServer(server, provider) }, nil
	})
}
