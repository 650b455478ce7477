// Command kube is every Kubernetes component of the embedded cluster in one binary: etcd, the control plane, the
// node agents and kubectl. The component is the first word (kube kubelet --config …) or the name the binary was
// called by (kubectl get pods), so that a symbolic link is enough to have a kubectl.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // --logging-format=json
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // the client metrics every upstream binary serves
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// Each main is entered with os.Args[0] set to its own name, as if it were a binary of its own.
var mains = map[string]func(){
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"kube-apiserver":          func() { exec(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() { exec(controllers.NewControllerManagerCommand()) },
	"kube-scheduler":          func() { exec(scheduler.NewSchedulerCommand()) },
	"kubelet":                 func() { exec(kubelet.NewKubeletCommand(context.Background())) },
	"kube-proxy":              func() { exec(proxy.NewProxyCommand()) },
	"kubectl":                 func() { exec(kubectl.NewDefaultKubectlCommand()) },
}

func exec(command *cobra.Command) { os.Exit(cli.Run(command)) }

func main() {
	name := filepath.Base(os.Args[0])
	if _, known := mains[name]; !known && len(os.Args) > 1 {
		name = os.Args[1]
		os.Args = os.Args[1:]
	}
	run, known := mains[name]
	if !known {
		names := make([]string, 0, len(mains))
		for each := range mains {
			names = append(names, each)
		}
		sort.Strings(names)
		fmt.Fprintf(os.Stderr, "kube: %q is no component; say one of %s first\n", name, strings.Join(names, ", "))
		os.Exit(2)
	}
	os.Args[0] = name
	run()
}
