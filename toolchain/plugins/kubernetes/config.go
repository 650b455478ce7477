package main

// What a provider resource may say: its settings, with the environment variables that stand in for them, and the
// checks and comparisons the engine asks for.

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

type settings struct {
	kubeconfig, context, cluster, namespace string
	renderTo                                string

	deleteUnreachable, skipUpdateUnreachable bool
	mutableConfigMaps, mutableSecrets        bool
	force, upsert                            bool
	alwaysRender                             bool
	quietDeprecations                        bool

	qps     float32
	burst   int
	timeout time.Duration
}

const configPrefix = "kubernetes:config:"

// readSettings takes the variables as the engine sends them: every value a text, booleans and objects as JSON.
func readSettings(vars map[string]string) (settings, error) {
	flag := func(key, env string) bool {
		if v, ok := vars[configPrefix+key]; ok && v != "" {
			return v == "true"
		}
		return env != "" && envTrue(env)
	}
	s := settings{
		kubeconfig: vars[configPrefix+"kubeconfig"],
		context:    vars[configPrefix+"context"],
		cluster:    vars[configPrefix+"cluster"],
		namespace:  vars[configPrefix+"namespace"],
		renderTo:   vars[configPrefix+"renderYamlToDirectory"],

		deleteUnreachable:     flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
		skipUpdateUnreachable: flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
		mutableConfigMaps:     flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
		mutableSecrets:        flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
		force:                 flag("enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
		upsert:                flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
		alwaysRender:          flag("alwaysRender", ""),
		quietDeprecations:     flag("suppressDeprecationWarnings", "PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS"),
		// The official provider's pace; client-go's own (5 and 10) makes a stack of 300 resources crawl.
		qps: 50, burst: 120,
	}
	return s, s.readClientSettings(vars[configPrefix+"kubeClientSettings"])
}

func (s *settings) readClientSettings(text string) error {
	var client struct {
		Burst   *int     `json:"burst"`
		QPS     *float64 `json:"qps"`
		Timeout *int     `json:"timeout"`
	}
	if text != "" {
		if err := json.Unmarshal([]byte(text), &client); err != nil {
			return fmt.Errorf("kubeClientSettings: found %s; allowed are burst, qps and timeout, each a number: %w", text, err)
		}
	}
	numbers := []struct {
		env   string
		given bool
		set   func(float64)
	}{
		{"PULUMI_K8S_CLIENT_BURST", client.Burst != nil, func(n float64) { s.burst = int(n) }},
		{"PULUMI_K8S_CLIENT_QPS", client.QPS != nil, func(n float64) { s.qps = float32(n) }},
		{"PULUMI_K8S_CLIENT_TIMEOUT", client.Timeout != nil, func(n float64) { s.timeout = time.Duration(n) * time.Second }},
	}
	if client.Burst != nil {
		s.burst = *client.Burst
	}
	if client.QPS != nil {
		s.qps = float32(*client.QPS)
	}
	if client.Timeout != nil {
		s.timeout = time.Duration(*client.Timeout) * time.Second
	}
	for _, n := range numbers {
		text := os.Getenv(n.env)
		if n.given || text == "" {
			continue
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("the environment variable %s is %q; allowed is a number", n.env, text)
		}
		n.set(value)
	}
	return nil
}

func (p *provider) CheckConfig(_ context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	news, err := readProperties("provider configuration", req.GetNews())
	if err != nil {
		return nil, err
	}
	var failures []*pulumirpc.CheckFailure
	fail := func(key, reason string) {
		failures = append(failures, &pulumirpc.CheckFailure{Property: key, Reason: reason})
	}
	// The official provider refuses these three beside rendering: files are for no cluster in particular.
	if textAt(news, "renderYamlToDirectory") != "" {
		for _, key := range []string{"cluster", "context", "kubeconfig"} {
			if textAt(news, resource.PropertyKey(key)) != "" {
				fail(key, fmt.Sprintf("%q arg is not compatible with \"renderYamlToDirectory\" arg", key))
			}
		}
	}
	if textAt(news, "enableServerSideApply") == "false" {
		fail("enableServerSideApply", "found false; this stand-in for the official provider only does server-side apply. "+
			"Leave the setting out, or use the official provider")
	}
	return &pulumirpc.CheckResponse{Inputs: req.GetNews(), Failures: failures}, nil
}

// DiffConfig says when another provider configuration means another cluster: then everything on it is replaced.
func (p *provider) DiffConfig(_ context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	olds, err := readProperties("old provider configuration", req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := readProperties("new provider configuration", req.GetNews())
	if err != nil {
		return nil, err
	}
	// The version is the engine's own key and names no cluster.
	diff := olds.Diff(news, func(key resource.PropertyKey) bool { return key == "version" })
	if diff == nil {
		return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE}, nil
	}
	var changed, replaces []string
	for _, key := range diff.ChangedKeys() {
		changed = append(changed, string(key))
	}
	slices.Sort(changed)

	clusterKeys := []resource.PropertyKey{"kubeconfig", "context", "cluster"}
	switch {
	case diff.Updated("clusterIdentifier"):
		replaces = append(replaces, "clusterIdentifier")
	case news.HasValue("clusterIdentifier") && olds["clusterIdentifier"].DeepEquals(news["clusterIdentifier"]):
		// The program names its cluster and says it is the same one.
	default:
		moved := otherCluster(olds, news)
		for _, key := range clusterKeys {
			if news[key].IsComputed() || (moved && slices.Contains(changed, string(key))) {
				replaces = append(replaces, string(key))
			}
		}
		if slices.Contains(changed, "renderYamlToDirectory") {
			replaces = append(replaces, "renderYamlToDirectory")
		}
	}
	return &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_SOME, Diffs: changed, Replaces: replaces}, nil
}
