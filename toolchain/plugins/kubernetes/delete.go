package main

// Delete: remove the object and wait until it is gone, or give back the fields of a Patch.

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

const leaveUnreachable = "the configured Kubernetes cluster is unreachable. If the cluster was deleted, its resources can be taken " +
	"out of the state by running the operation again with the environment variable PULUMI_K8S_DELETE_UNREACHABLE=true"

func (p *provider) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.untilCancelled(withURN(ctx, urn))
	defer done()
	state, err := readProperties("state", req.GetProperties())
	if err != nil {
		return nil, err
	}
	last := readCheckpoint(state)
	p.secrets.learn(last.inputs)
	inputs := toObject(last.inputs)

	if p.rendering() {
		return &emptypb.Empty{}, p.deleteFile(ctx, urn, last.live)
	}
	if p.cluster == nil {
		if p.settings.deleteUnreachable {
			p.log(ctx, diag.Warning, urn, "the cluster is unreachable and deleteUnreachable is set: the resource is only taken out of the state")
			return &emptypb.Empty{}, nil
		}
		return nil, fmt.Errorf("%s: %s", leaveUnreachable, p.unreachable)
	}
	client, err := p.cluster.resource(last.live)
	if meta.IsNoMatchError(err) {
		// Its definition is gone, and took the object with it.
		return &emptypb.Empty{}, nil
	}
	if err != nil {
		return nil, p.explain("deleting", last.live, err)
	}
	if isPatchType(urn, last.live.GetKind()) {
		return &emptypb.Empty{}, p.deletePatch(ctx, client, last)
	}
	policy := propagationFor(inputs)
	err = client.Delete(ctx, last.live.GetName(), metav1.DeleteOptions{PropagationPolicy: &policy})
	switch {
	case apierrors.IsNotFound(err):
		return &emptypb.Empty{}, nil
	case apierrors.IsForbidden(err) && isProtectedNamespace(last.live):
		// The cluster's own namespaces cannot be deleted; the program's labels on them can.
		return &emptypb.Empty{}, p.deletePatch(ctx, client, last)
	case err != nil:
		return nil, p.explain("deleting", last.live, err)
	}
	if isCRD(kindOf(last.live.Object)) {
		defer p.cluster.forget()
	}
	if annotated(inputs, skipAwaitAnnotation) && leavesUnawaited(last.live) {
		return &emptypb.Empty{}, nil
	}
	if err := p.awaitGone(ctx, urn, client, last.live, timeoutFor(req.GetTimeout(), inputs)); err != nil {
		return nil, p.explain("deleting", last.live, err)
	}
	return &emptypb.Empty{}, nil
}

// leavesUnawaited lists the kinds whose deletion skipAwait skips too, which are the official provider's: workloads,
// that leave slowly. What replaces another under the same name waits for it in any case.
func leavesUnawaited(obj *unstructured.Unstructured) bool {
	kind := kindOf(obj.Object)
	switch kind.Group + "/" + kind.Kind {
	case "/Namespace", "/Pod", "/ReplicationController", "apps/DaemonSet", "apps/Deployment", "apps/StatefulSet", "batch/Job":
		return true
	}
	return false
}

func isProtectedNamespace(obj *unstructured.Unstructured) bool {
	switch obj.GetName() {
	case "default", "kube-system", "kube-public":
		return obj.GetKind() == "Namespace"
	}
	return false
}

func (p *provider) deletePatch(ctx context.Context, client dynamic.ResourceInterface, last known) error {
	err := p.giveBack(ctx, client, last.live, last.manager)
	if err == nil {
		return nil
	}
	if cause, ok := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired); ok {
		err = fmt.Errorf("it manages %s, which the object cannot be without; set retainOnDelete on the resource, or let "+
			"another manager own the field first", cause.Field)
	}
	return errors.New(p.secrets.hide(fmt.Sprintf("giving back the fields of %s failed: %v", title(last.live), err)))
}
