// pulumi-language-nodejs lets the Pulumi engine run Node programs, policy packs, plugins and dynamic providers.
//
// It is one executable with several names: the engine looks for `pulumi-language-nodejs` beside itself, and for
// `pulumi-resource-pulumi-nodejs` and `pulumi-analyzer-policy` on the same terms. The latter two are links to it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"slipway.dev/toolchain/plugins/internal/launch"
)

// version is set when it is built: that of the engine and SDK it goes with.
var version = "0.0.0-dev"

func main() {
	switch name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"); name {
	case "pulumi-resource-pulumi-nodejs":
		exitOn(becomeNode("@pulumi/pulumi/cmd/dynamic-provider", os.Args[1:]))
	case "pulumi-analyzer-policy":
		exitOn(becomeNode("@pulumi/pulumi/cmd/run-policy-pack", os.Args[1:]))
	default:
		launch.Run("pulumi-language-nodejs", func(plugin *launch.Plugin) (func(*grpc.Server), error) {
			host := newHost(plugin)
			register := func(server *grpc.Server) { pulumirpc.RegisterLanguageRuntimeServer(server, host) }
			if plugin.Engine == "" {
				return register, nil
			}
			return register, host.attach(plugin.Engine)
		})
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
