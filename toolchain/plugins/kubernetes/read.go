package main

// Read: the object as it is. For refresh, drift is written into the inputs; for import and get, the inputs are made
// from the object.

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func (p *provider) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.untilCancelled(withURN(ctx, urn))
	defer done()
	asKnown := &pulumirpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}
	gone := &pulumirpc.ReadResponse{}

	if p.rendering() {
		return asKnown, nil
	}
	if p.cluster == nil {
		switch {
		case p.settings.deleteUnreachable:
			p.log(ctx, diag.Warning, urn, "the cluster is unreachable and deleteUnreachable is set: the resource is taken out of the state")
			return gone, nil
		case p.settings.skipUpdateUnreachable:
			p.log(ctx, diag.Warning, urn, "the cluster is unreachable and skipUpdateUnreachable is set: the state is kept as it was")
			return asKnown, nil
		}
		return nil, fmt.Errorf("failed to read resource state: %s: %s", leaveUnreachable, p.unreachable)
	}
	last, inputs, err := p.readBoth(req.GetProperties(), req.GetInputs())
	if err != nil {
		return nil, err
	}
	target, imported, err := p.readTarget(urn, req.GetId(), inputs, last)
	if err != nil {
		return nil, err
	}
	client, err := p.cluster.resource(target)
	if meta.IsNoMatchError(err) {
		return gone, nil
	}
	if err != nil {
		return nil, p.explain("reading", target, err)
	}
	live, err := client.Get(ctx, target.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return gone, nil
	}
	if err != nil {
		return nil, p.explain("reading", target, err)
	}
	return p.readLive(ctx, urn, req.GetId(), inputs, last, live, imported)
}

// readTarget says which object to read: the state's, or for an import the id's in the kind of the type.
func (p *provider) readTarget(urn resource.URN, id string, inputs resource.PropertyMap, last known) (*unstructured.Unstructured, bool, error) {
	namespace, name := splitID(id)
	if name == "" {
		return nil, false, fmt.Errorf("%q is no id of a Kubernetes object; allowed is NAMESPACE/NAME, or NAME for one outside of namespaces", id)
	}
	kind := kindOf(toObject(inputs))
	imported := kind.Kind == ""
	if imported {
		kind = kindOf(last.live.Object)
	}
	if kind.Kind == "" {
		byType, err := kindOfType(urn)
		if err != nil {
			return nil, false, err
		}
		kind = byType
	}
	target := &unstructured.Unstructured{Object: object{}}
	target.SetGroupVersionKind(kind)
	target.SetName(name)
	if namespace == "" && p.namespaced(kind) {
		namespace = p.settings.namespace
	}
	if namespace != "" {
		target.SetNamespace(namespace)
	}
	return target, imported, nil
}

func (p *provider) readLive(ctx context.Context, urn resource.URN, id string, inputs resource.PropertyMap, last known, live *unstructured.Unstructured, imported bool) (*pulumirpc.ReadResponse, error) {
	var answered resource.PropertyMap
	if imported {
		answered = toProperties(inputsFrom(live))
		markSecrets(answered, nil)
	} else {
		written := toObject(inputs)
		now := drifted(written, live, last.live, last.manager)
		if answered = inputs; !equal(now, written) {
			answered = toProperties(now)
			markSecrets(answered, inputs)
		}
	}
	manager := last.manager
	if manager == "" {
		manager = p.managerOf(toObject(answered), "")
	}
	state, err := writeProperties("state", checkpoint(answered, live, firstVersion(last, live), manager))
	if err != nil {
		return nil, err
	}
	sent, err := writeProperties("inputs", answered)
	if err != nil {
		return nil, err
	}
	if why := p.foundUnready(ctx, live, toObject(answered), imported); why != nil {
		return nil, p.notInitialized(ctx, live, state, sent, "is there, but", why)
	}
	return &pulumirpc.ReadResponse{Id: id, Properties: state, Inputs: sent}, nil
}

// foundUnready looks once, without waiting, at the workloads whose health a refresh should tell.
func (p *provider) foundUnready(ctx context.Context, live *unstructured.Unstructured, inputs object, imported bool) error {
	kind := kindOf(live.Object)
	if imported || annotated(inputs, skipAwaitAnnotation) || kind.Group != "apps" {
		return nil
	}
	test, err := p.readyTestFor(inputs)
	if err != nil {
		return nil
	}
	found, err := test(ctx, live)
	if err != nil || found.phase == isReady {
		return nil
	}
	return errors.New(found.message)
}

// Parts of an object that no program writes.
var notWritten = [][]string{
	{"status"},
	{"metadata", "creationTimestamp"}, {"metadata", "deletionGracePeriodSeconds"}, {"metadata", "deletionTimestamp"},
	{"metadata", "generation"}, {"metadata", "managedFields"}, {"metadata", "resourceVersion"},
	{"metadata", "selfLink"}, {"metadata", "uid"},
	{"metadata", "annotations", "deployment.kubernetes.io/revision"},
	{"metadata", "annotations", lastAppliedAnnotation},
}

// inputsFrom is what a program would have to write to get the object.
func inputsFrom(live *unstructured.Unstructured) object {
	inputs := live.DeepCopy()
	for _, path := range notWritten {
		unstructured.RemoveNestedField(inputs.Object, path...)
	}
	if len(inputs.GetAnnotations()) == 0 {
		unstructured.RemoveNestedField(inputs.Object, "metadata", "annotations")
	}
	return inputs.Object
}
