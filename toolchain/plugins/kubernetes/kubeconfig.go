package main

// The kubeconfig: a path, its contents, or what kubectl would use; and which cluster it means.

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"
)

// loadKubeconfig takes a path or contents. A text without a line break that is no file is taken for a wrong path:
// "cannot parse YAML" would send the reader the wrong way.
func loadKubeconfig(pathOrContents string) (*api.Config, error) {
	text := strings.TrimSpace(pathOrContents)
	if path, err := expandHome(text); err == nil && len(text) < 4096 && !strings.Contains(text, "\n") {
		if _, err := os.Stat(path); err == nil {
			return clientcmd.LoadFromFile(path)
		}
		if !strings.HasPrefix(text, "{") {
			return nil, fmt.Errorf("there is no kubeconfig at %s", path)
		}
	}
	config, err := clientcmd.Load([]byte(text))
	if err != nil {
		// The parser quotes what it read, and a kubeconfig holds credentials.
		return nil, fmt.Errorf("the kubeconfig's contents are not those of a kubeconfig")
	}
	return config, nil
}

func expandHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, rest), err
}

func clientConfig(s settings) (clientcmd.ClientConfig, error) {
	overrides := &clientcmd.ConfigOverrides{
		CurrentContext: s.context,
		Context:        api.Context{Cluster: s.cluster, Namespace: s.namespace},
	}
	if s.kubeconfig == "" {
		return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(
			clientcmd.NewDefaultClientConfigLoadingRules(), overrides), nil
	}
	config, err := loadKubeconfig(s.kubeconfig)
	if err != nil {
		return nil, err
	}
	return clientcmd.NewDefaultClientConfig(*config, overrides), nil
}

// otherCluster tells whether the settings mean another cluster than before. Clusters have no name of their own, so
// it compares the entry of the cluster in use, as the official provider does: new credentials are no new cluster.
func otherCluster(olds, news resource.PropertyMap) bool {
	before, knownBefore := activeCluster(olds)
	after, knownAfter := activeCluster(news)
	return knownBefore && knownAfter && !reflect.DeepEqual(before, after)
}

func activeCluster(props resource.PropertyMap) (api.Cluster, bool) {
	kubeconfig := textAt(props, "kubeconfig")
	if kubeconfig == "" {
		return api.Cluster{}, false
	}
	config, err := loadKubeconfig(kubeconfig)
	if err != nil {
		return api.Cluster{}, false
	}
	name := textAt(props, "cluster")
	if name == "" {
		current := config.CurrentContext
		if given := textAt(props, "context"); given != "" {
			current = given
		}
		entry, ok := config.Contexts[current]
		if !ok {
			return api.Cluster{}, false
		}
		name = entry.Cluster
	}
	cluster, ok := config.Clusters[name]
	if !ok {
		return api.Cluster{}, false
	}
	found := *cluster
	found.LocationOfOrigin = ""
	return found, true
}
