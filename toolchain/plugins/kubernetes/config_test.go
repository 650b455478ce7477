package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

const twoClusters = `
apiVersion: v1
kind: Config
clusters: [{name: a, cluster: {server: "https://a"}}, {name: b, cluster: {server: "https://b"}}]
users: [{name: u, user: {token: TOKEN}}]
contexts: [{name: a, context: {cluster: a, user: u, namespace: team}}, {name: b, context: {cluster: b, user: u}}]
current-context: a
`

func configStruct(t *testing.T, values map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyAnotherClusterReplaces(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(twoClusters), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name     string
		old, new map[string]any
		replaces []string
	}{
		{"nothing changed", map[string]any{"kubeconfig": twoClusters}, map[string]any{"kubeconfig": twoClusters}, nil},
		{"other credentials", map[string]any{"kubeconfig": twoClusters}, map[string]any{"kubeconfig": strings.Replace(twoClusters, "TOKEN", "NEW", 1)}, nil},
		{"a path to the same", map[string]any{"kubeconfig": twoClusters}, map[string]any{"kubeconfig": file}, nil},
		{"another context", map[string]any{"kubeconfig": twoClusters}, map[string]any{"kubeconfig": twoClusters, "context": "b"}, []string{"context"}},
		{"another cluster", map[string]any{"kubeconfig": twoClusters}, map[string]any{"kubeconfig": twoClusters, "cluster": "b"}, []string{"cluster"}},
		{"another server", map[string]any{"kubeconfig": twoClusters}, map[string]any{"kubeconfig": strings.Replace(twoClusters, "https://a", "https://c", 1)}, []string{"kubeconfig"}},
		{
			"another context of what is said to be the same cluster", map[string]any{"kubeconfig": twoClusters, "clusterIdentifier": "x"},
			map[string]any{"kubeconfig": twoClusters, "context": "b", "clusterIdentifier": "x"}, nil,
		},
		{"another identifier", map[string]any{"clusterIdentifier": "x"}, map[string]any{"clusterIdentifier": "y"}, []string{"clusterIdentifier"}},
		{"another folder of files", map[string]any{"renderYamlToDirectory": "a"}, map[string]any{"renderYamlToDirectory": "b"}, []string{"renderYamlToDirectory"}},
		{"a setting", map[string]any{"namespace": "a"}, map[string]any{"namespace": "b"}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			answer, err := newProvider(context.Background()).DiffConfig(context.Background(),
				&pulumirpc.DiffRequest{Olds: configStruct(t, c.old), News: configStruct(t, c.new)})
			if err != nil || !slices.Equal(answer.GetReplaces(), c.replaces) {
				t.Fatalf("got %v (%v), want %v", answer.GetReplaces(), err, c.replaces)
			}
		})
	}
}

func TestRenderingRefusesACluster(t *testing.T) {
	answer, err := newProvider(context.Background()).CheckConfig(context.Background(), &pulumirpc.CheckRequest{
		News: configStruct(t, map[string]any{"renderYamlToDirectory": "out", "kubeconfig": "x", "context": "y"}),
	})
	if err != nil || len(answer.GetFailures()) != 2 {
		t.Fatal(answer, err)
	}
}

func TestAKubeconfigIsNeverQuoted(t *testing.T) {
	for _, text := range []string{"apiVersion: v1\nusers: TOKEN", "{\"users\": TOKEN"} {
		if _, err := loadKubeconfig(text); err == nil || strings.Contains(err.Error(), "TOKEN") {
			t.Errorf("%v", err)
		}
	}
	if _, err := loadKubeconfig("/nowhere/config"); err == nil || !strings.Contains(err.Error(), "there is no kubeconfig at /nowhere/config") {
		t.Errorf("%v", err)
	}
}

func TestSettingsComeFromTheProviderBeforeTheEnvironment(t *testing.T) {
	t.Setenv("PULUMI_K8S_ENABLE_SECRET_MUTABLE", "true")
	t.Setenv("PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE", "true")
	t.Setenv("PULUMI_K8S_CLIENT_QPS", "7")
	s, err := readSettings(map[string]string{
		configPrefix + "enableSecretMutable": "false", configPrefix + "kubeClientSettings": `{"burst":5}`,
	})
	if err != nil || s.mutableSecrets || !s.mutableConfigMaps || s.burst != 5 || s.qps != 7 {
		t.Fatalf("%+v %v", s, err)
	}
}
