package main

// Create: make the object, wait until it is ready, and keep what there is even if it does not get ready.

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil/rpcerror"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/structpb"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/dynamic"
)

// How long a creation waits for what may be made at the same time: its kind, its namespace, a webhook that judges it.
const patience = time.Minute

func (p *provider) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.untilCancelled(withURN(ctx, urn))
	defer done()
	inputs, err := readProperties("inputs", req.GetProperties())
	if err != nil {
		return nil, err
	}
	p.secrets.learn(inputs)
	wanted := &unstructured.Unstructured{Object: toObject(inputs)}
	patch := isPatchType(urn, wanted.GetKind())

	if req.GetPreview() {
		return p.previewCreate(ctx, urn, req, inputs, wanted, patch)
	}
	if p.rendering() {
		return p.createFile(ctx, urn, inputs, wanted)
	}
	if p.cluster == nil {
		return nil, fmt.Errorf("configured Kubernetes cluster is unreachable: %s", p.unreachable)
	}
	manager := p.managerOf(wanted.Object, "")
	client, made, err := p.createPatiently(ctx, application{urn: urn, wanted: wanted, manager: manager, patch: patch})
	if err != nil {
		return nil, p.explain("creating", wanted, err)
	}
	if isCRD(kindOf(wanted.Object)) {
		p.cluster.forget()
	}
	live, waitErr := p.awaitReady(ctx, urn, client, made, wanted.Object, timeoutFor(req.GetTimeout(), wanted.Object))
	if isCRD(kindOf(wanted.Object)) {
		p.cluster.forget()
	}
	state, err := writeProperties("state", checkpoint(inputs, live, wanted.GetAPIVersion(), manager))
	if err != nil {
		return nil, err
	}
	if waitErr != nil {
		return nil, p.notInitialized(ctx, live, state, nil, "was successfully created, but", waitErr)
	}
	return &pulumirpc.CreateResponse{Id: idOf(live), Properties: state}, nil
}

// createPatiently tries again while the object's kind or namespace is not there yet: both may be made by the same
// update, and programs do not always say so.
func (p *provider) createPatiently(ctx context.Context, a application) (dynamic.ResourceInterface, *unstructured.Unstructured, error) {
	until := time.Now().Add(patience)
	wait := 250 * time.Millisecond
	for {
		client, made, err := p.createOnce(ctx, a)
		if err == nil || !mayPass(err) || time.Now().After(until) {
			return client, made, err
		}
		p.status(ctx, a.urn, "waiting to create it: %v", err)
		pause(ctx, wait)
		if ctx.Err() != nil {
			return nil, nil, fmt.Errorf("%w; last tried: %w", errCancelled, err)
		}
		wait = min(2*wait, 4*time.Second)
	}
}

func (p *provider) createOnce(ctx context.Context, a application) (dynamic.ResourceInterface, *unstructured.Unstructured, error) {
	kind := kindOf(a.wanted.Object)
	mapping, err := p.cluster.mapping(kind)
	if err != nil {
		return nil, nil, err
	}
	// While its kind was unknown, the object was given a namespace on suspicion.
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace && a.wanted.GetNamespace() != "" {
		a.wanted = a.wanted.DeepCopy()
		a.wanted.SetNamespace("")
	}
	client, err := p.cluster.resourceOf(kind, a.wanted.GetNamespace())
	if err != nil {
		return nil, nil, err
	}
	made, err := p.create(ctx, client, a)
	if apierrors.IsAlreadyExists(err) && !a.dryRun && leavesMeanwhile(ctx, client, a.wanted.GetName()) {
		err = fmt.Errorf("%w: %w", errLeaving, err)
	}
	return client, made, err
}

// mayPass tells errors that end by themselves: what is being made beside this, a webhook not up yet, a busy server.
func mayPass(err error) bool {
	return meta.IsNoMatchError(err) || apierrors.IsNotFound(err) || callsDeadWebhook(err) || errors.Is(err, errLeaving) ||
		apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsServiceUnavailable(err)
}

// errLeaving is a name still held by an object on its way out, which this one replaces.
var errLeaving = errors.New("the object of that name is being deleted")

// leavesMeanwhile asks for the object in the way rather than reading the refusal: the server only says there that it is
// being deleted if it is not gone by the time the server looks.
func leavesMeanwhile(ctx context.Context, client dynamic.ResourceInterface, name string) bool {
	inTheWay, err := client.Get(ctx, name, metav1.GetOptions{})
	return apierrors.IsNotFound(err) || (err == nil && inTheWay.GetDeletionTimestamp() != nil)
}

func callsDeadWebhook(err error) bool {
	return apierrors.IsInternalError(err) && strings.Contains(err.Error(), "failed calling webhook") &&
		(strings.Contains(err.Error(), "connect:") || strings.Contains(err.Error(), "no endpoints available"))
}

// previewCreate asks the server with a dry run, and where it cannot be asked shows the inputs.
func (p *provider) previewCreate(ctx context.Context, urn resource.URN, req *pulumirpc.CreateRequest, inputs resource.PropertyMap, wanted *unstructured.Unstructured, patch bool) (*pulumirpc.CreateResponse, error) {
	asWritten := &pulumirpc.CreateResponse{Properties: req.GetProperties()}
	if p.cluster == nil || p.rendering() || patch || hasUnknown(wanted.Object) {
		return asWritten, nil
	}
	_, made, err := p.createOnce(ctx, application{urn: urn, wanted: wanted, manager: p.managerOf(wanted.Object, ""), dryRun: true})
	switch {
	case err == nil:
	case meta.IsNoMatchError(err), apierrors.IsNotFound(err), apierrors.IsAlreadyExists(err):
		// Its kind or namespace is made by the same update; or it takes the place of the object of that name.
		return asWritten, nil
	case apierrors.IsForbidden(err), callsDeadWebhook(err), strings.Contains(err.Error(), "does not support dry run"):
		p.log(ctx, diag.Warning, urn, "this preview could not be checked by the server: %v", err)
		return asWritten, nil
	default:
		return nil, p.explain("creating", wanted, err)
	}
	// A status nobody has written yet would make programs read values out of it that are not there.
	unstructured.RemoveNestedField(made.Object, "status")
	state, err := writeProperties("state", checkpoint(inputs, made, wanted.GetAPIVersion(), ""))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Properties: state}, nil
}

// explain turns a server's refusal into a sentence of this program's: what was done to what, and what to do next.
func (p *provider) explain(doing string, obj *unstructured.Unstructured, err error) error {
	hint := ""
	switch {
	case meta.IsNoMatchError(err):
		hint = fmt.Sprintf("; the server knows no %s. If a CustomResourceDefinition is to define it, let this resource "+
			"depend on it (dependsOn), and check group, version and kind", kindOf(obj.Object))
	case errors.Is(err, errLeaving):
		hint = "; see what its finalizers wait for, or who still uses it"
	case apierrors.IsAlreadyExists(err):
		hint = "; it is no resource of this stack. Import it (the resource option `import`), use a Patch resource to manage " +
			"some of its fields, give the old name as an alias if this resource was renamed, or set " +
			"upsertExistingObjects on the provider to take it over"
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "cannot "):
		hint = "; the credentials in the kubeconfig lack that right"
	}
	return errors.New(p.secrets.hide(fmt.Sprintf("%s %s failed: %v%s", doing, title(obj), err, hint)))
}

// notInitialized is the answer that makes the engine keep the resource although it is not ready: the next update
// waits for it again instead of making it anew.
func (p *provider) notInitialized(ctx context.Context, live *unstructured.Unstructured, state, inputs *structpb.Struct, what string, why error) error {
	reasons := p.report(ctx, live, why)
	message := fmt.Sprintf("%s %s it did not become ready: %s", title(live), what, reasons[0])
	return rpcerror.WithDetails(rpcerror.New(codes.Unknown, p.secrets.hide(message)), &pulumirpc.ErrorResourceInitFailed{
		Id: idOf(live), Properties: state, Reasons: append([]string{p.secrets.hide(message)}, reasons[1:]...), Inputs: inputs,
	})
}

// freshest is the object as it is now, or as it was last seen when the server does not say.
func freshest(ctx context.Context, client dynamic.ResourceInterface, seen *unstructured.Unstructured) *unstructured.Unstructured {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), reachTimeout)
	defer done()
	if now, err := client.Get(ctx, seen.GetName(), metav1.GetOptions{}); err == nil {
		return now
	}
	return seen
}
