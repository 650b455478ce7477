// Command metrics-server is metrics-server's own packages under a main of ours: upstream's last reachable main wants an
// older Kubernetes than the one compiled here. It takes the two flags the embedded cluster sets and no others.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	openapinamer "k8s.io/apiserver/pkg/endpoints/openapi"
	genericapiserver "k8s.io/apiserver/pkg/server"
	genericoptions "k8s.io/apiserver/pkg/server/options"
	"k8s.io/client-go/rest"
	basecompatibility "k8s.io/component-base/compatibility"
	"k8s.io/component-base/version"
	"k8s.io/kube-openapi/pkg/common"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/metrics-server/pkg/api"
	generatedopenapi "sigs.k8s.io/metrics-server/pkg/api/generated/openapi"
	"sigs.k8s.io/metrics-server/pkg/scraper/client"
	"sigs.k8s.io/metrics-server/pkg/server"
)

func main() {
	port := flag.Int("secure-port", 10250, "where the metrics API is served")
	resolution := flag.Duration("metric-resolution", 15*time.Second, "how often every kubelet is asked")
	flag.Parse()
	if err := run(genericapiserver.SetupSignalContext(), *port, *resolution); err != nil {
		fmt.Fprintln(os.Stderr, "metrics-server:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, port int, resolution time.Duration) error {
	cluster, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	// Custom types have no protobuf form, but everything asked here is built in.
	cluster.ContentType = "application/vnd.kubernetes.protobuf"
	if err := rest.SetKubernetesDefaults(cluster); err != nil {
		return err
	}
	apiServer, err := servingConfig(port)
	if err != nil {
		return err
	}
	metrics, err := server.Config{
		Apiserver: apiServer,
		Rest:      cluster,
		Kubelet: &client.KubeletClientConfig{
			Client: *rest.CopyConfig(cluster), // one authority signs for the API server and the kubelets
			Scheme: "https",
			// The port in the node's status is the one that its kubelet really has.
			UseNodeStatusPort:   true,
			AddressTypePriority: []corev1.NodeAddressType{corev1.NodeInternalIP},
		},
		MetricResolution: resolution,
		ScrapeTimeout:    resolution * 9 / 10,
	}.Complete()
	if err != nil {
		return err
	}
	return metrics.RunUntil(ctx.Done())
}

// servingConfig is what upstream's options make of their defaults, with this Kubernetes' way to say a version.
func servingConfig(port int) (*genericapiserver.Config, error) {
	serving := genericoptions.NewSecureServingOptions().WithLoopback()
	serving.BindPort = port
	serving.ServerCert.CertDirectory = os.TempDir()
	if err := serving.MaybeDefaultWithSelfSignedCerts("localhost", nil, []net.IP{net.IPv4(127, 0, 0, 1)}); err != nil {
		return nil, fmt.Errorf("cannot make a serving certificate: %w", err)
	}
	config := genericapiserver.NewConfig(api.Codecs)
	if err := serving.ApplyTo(&config.SecureServing, &config.LoopbackClientConfig); err != nil {
		return nil, err
	}
	if err := genericoptions.NewDelegatingAuthenticationOptions().ApplyTo(&config.Authentication, config.SecureServing, nil); err != nil {
		return nil, err
	}
	if err := genericoptions.NewDelegatingAuthorizationOptions().ApplyTo(&config.Authorization); err != nil {
		return nil, err
	}
	config.EffectiveVersion = basecompatibility.NewEffectiveVersionFromString(version.DefaultKubeBinaryVersion, "", "")
	namer := openapinamer.NewDefinitionNamer(api.Scheme)
	config.OpenAPIConfig = genericapiserver.DefaultOpenAPIConfig(definitions, namer)
	config.OpenAPIV3Config = genericapiserver.DefaultOpenAPIV3Config(definitions, namer)
	config.OpenAPIConfig.Info.Title, config.OpenAPIV3Config.Info.Title = "metrics-server", "metrics-server"
	return config, nil
}

// definitions are the generated ones under the names that this Kubernetes gives types: io.k8s.… instead of k8s.io/….
func definitions(reference common.ReferenceCallback) map[string]common.OpenAPIDefinition {
	renamed := map[string]common.OpenAPIDefinition{}
	generated := generatedopenapi.GetOpenAPIDefinitions(func(path string) spec.Ref {
		return reference(util.ToRESTFriendlyName(path))
	})
	for name, definition := range generated {
		for index, needed := range definition.Dependencies {
			definition.Dependencies[index] = util.ToRESTFriendlyName(needed)
		}
		renamed[util.ToRESTFriendlyName(name)] = definition
	}
	return renamed
}
