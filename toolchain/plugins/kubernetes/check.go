package main

// Check: are these inputs a resource this provider can make, and under which name and in which namespace.

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func (p *provider) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	urn := resource.URN(req.GetUrn())
	if isHelm(urn) {
		return nil, errNoHelm
	}
	olds, err := readProperties("old inputs", req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := readProperties("inputs", req.GetNews())
	if err != nil {
		return nil, err
	}
	if p.cluster == nil && p.settings.skipUpdateUnreachable && len(olds) > 0 {
		p.log(ctx, diag.Warning, urn, "the cluster cannot be reached and skipUpdateUnreachable is set: nothing is changed (%s)", p.unreachable)
		return &pulumirpc.CheckResponse{Inputs: req.GetOlds()}, nil
	}
	p.secrets.learn(news)
	p.tellUnreachable(ctx)

	failures, err := p.checkInputs(ctx, urn, news, olds, req)
	if err != nil {
		return nil, err
	}
	markSecrets(news, nil)
	inputs, err := writeProperties("inputs", news)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures}, nil
}

// checkInputs completes the inputs in place and returns what is wrong with them, all of it.
func (p *provider) checkInputs(ctx context.Context, urn resource.URN, news, olds resource.PropertyMap, req *pulumirpc.CheckRequest) ([]*pulumirpc.CheckFailure, error) {
	var failures []*pulumirpc.CheckFailure
	fail := func(property, format string, args ...any) {
		failures = append(failures, &pulumirpc.CheckFailure{
			Property: property, Reason: p.secrets.hide(fmt.Sprintf(format, args...)),
		})
	}
	byType, err := kindOfType(urn)
	if err != nil {
		return nil, err
	}
	given := toObject(news)
	kind := kindOf(given)
	if kind.Kind == "" || kind.Version == "" {
		fail("kind", "kind and apiVersion must be set; found apiVersion %q and kind %q", textIn(given, "apiVersion"), kind.Kind)
		return failures, nil
	}
	if isList(byType, given) {
		fail("", "lists such as %s are only a way to write several objects into one file; use a resource for each of the items", byType.Kind)
	}
	if strings.EqualFold(annotation(given, autonamedAnnotation), "true") && len(olds) == 0 {
		p.log(ctx, diag.Warning, urn, "ignoring user-specified value for internal annotation %q", autonamedAnnotation)
	}
	if valueIn(given, "metadata", "generateName") != nil {
		fail("metadata.generateName", "server-side apply needs a name; leave generateName out and a name is made up, or set metadata.name")
	}
	for _, wrong := range annotationProblems(given) {
		fail(wrong.property, "%s", wrong.reason)
	}

	if isPatchType(urn, kind.Kind) {
		if _, unsaid := naming(news); unsaid {
			fail("metadata.name", "a %s changes an object that is already there; name it", byType.Kind)
		}
	} else if name, adopted := adoptName(news, olds); adopted {
		setAutoname(news, name)
	} else if len(failures) == 0 {
		name, err := autoname(news, urn, req.GetRandomSeed(), req.GetAutonaming())
		if err != nil {
			fail("metadata.name", "%v", err)
		} else if name != "" {
			setAutoname(news, name)
		}
	}
	if isCRD(kind) && !hasUnknown(given["spec"]) {
		p.define(given)
	}
	if p.settings.namespace != "" && valueIn(given, "metadata", "namespace") == nil && p.namespaced(kind) {
		changeIn(news, func(metadata resource.PropertyMap) {
			metadata["namespace"] = resource.NewProperty(p.settings.namespace)
		}, "metadata")
	}
	if p.rendering() && news.ContainsSecrets() && p.once(urn, "plaintext") {
		p.log(ctx, diag.Warning, urn, "rendered YAML will contain a secret value in plaintext")
	}
	return failures, nil
}

// tellUnreachable says once a run what a missing cluster leaves unchecked, where the official provider is silent.
func (p *provider) tellUnreachable(ctx context.Context) {
	if p.cluster != nil || p.rendering() || !p.once("", "unreachable") {
		return
	}
	p.log(ctx, diag.Warning, "", "the Kubernetes cluster cannot be reached, so nothing here is checked against it: "+
		"whether the kinds exist, whether the server accepts the values, which changes it answers with a replacement, "+
		"whether other managers own the fields. An update will fail until it can be reached: %s", p.unreachable)
}
