package main

// Update: apply the new inputs, and wait until the object is ready with them.

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

func (p *provider) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.untilCancelled(withURN(ctx, urn))
	defer done()
	last, inputs, err := p.readBoth(req.GetOlds(), req.GetNews())
	if err != nil {
		return nil, err
	}
	wanted := &unstructured.Unstructured{Object: toObject(inputs)}
	asWritten := &pulumirpc.UpdateResponse{Properties: req.GetNews()}

	switch {
	case p.rendering() && req.GetPreview():
		return asWritten, nil
	case p.rendering():
		return p.updateFile(ctx, urn, inputs, wanted, last)
	case p.cluster == nil && req.GetPreview():
		return asWritten, nil
	case p.cluster == nil:
		return nil, fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
	case req.GetPreview() && hasUnknown(wanted.Object):
		return asWritten, nil
	}
	client, err := p.cluster.resourceOf(kindOf(wanted.Object), last.live.GetNamespace())
	if err != nil {
		if req.GetPreview() {
			return asWritten, nil
		}
		return nil, p.explain("updating", wanted, err)
	}
	a := application{
		urn: urn, wanted: wanted, manager: p.managerOf(wanted.Object, last.manager), dryRun: req.GetPreview(),
		patch: isPatchType(urn, wanted.GetKind()), ignored: req.GetIgnoreChanges(),
	}
	live, err := p.applyUpdate(ctx, client, last, a)
	if err != nil {
		if req.GetPreview() && (apierrors.IsForbidden(err) || callsDeadWebhook(err)) {
			p.log(ctx, diag.Warning, urn, "this preview could not be checked by the server: %v", err)
			return asWritten, nil
		}
		return nil, p.explain("updating", wanted, err)
	}
	var waitErr error
	if !req.GetPreview() {
		live, waitErr = p.awaitReady(ctx, urn, client, live, wanted.Object, timeoutFor(req.GetTimeout(), wanted.Object))
		if isCRD(kindOf(wanted.Object)) {
			p.cluster.forget()
		}
	}
	properties, err := writeProperties("state", checkpoint(inputs, live, firstVersion(last, wanted), a.manager))
	if err != nil {
		return nil, err
	}
	if waitErr != nil {
		return nil, p.notInitialized(ctx, live, properties, nil, "was updated, but", waitErr)
	}
	return &pulumirpc.UpdateResponse{Properties: properties}, nil
}

func (p *provider) applyUpdate(ctx context.Context, client dynamic.ResourceInterface, last known, a application) (*unstructured.Unstructured, error) {
	live, err := client.Get(ctx, last.live.GetName(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("%w. It was deleted outside of this program; `pulumi refresh` takes it out of the state, "+
			"and the next update makes it again", err)
	}
	if err != nil {
		return nil, err
	}
	if live.GetDeletionTimestamp() != nil {
		return nil, fmt.Errorf("it is being deleted (%s)", stillThere(live))
	}
	updated, err := p.apply(ctx, client, live, a)
	if err != nil || a.dryRun || last.manager == "" || last.manager == a.manager {
		return updated, err
	}
	// The annotation named another manager: what the old one owned is now applied under the new name.
	if err := p.giveBack(ctx, client, updated, last.manager); err != nil {
		return updated, err
	}
	return freshest(ctx, client, updated), nil
}

func firstVersion(last known, wanted *unstructured.Unstructured) string {
	if last.firstVersion != "" {
		return last.firstVersion
	}
	return wanted.GetAPIVersion()
}
