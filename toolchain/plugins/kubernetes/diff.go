package main

// Diff: what would change, field by field, and whether an update can do it.

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Diff compares inputs with inputs. Drift shows there too: Read writes what others changed on the cluster into the
// inputs (see drift.go), and what the server only spells otherwise it does not.
func (p *provider) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	urn := resource.URN(req.GetUrn())
	ctx, done := p.untilCancelled(withURN(ctx, urn))
	defer done()

	last, news, err := p.readBoth(req.GetOlds(), req.GetNews())
	if err != nil {
		return nil, err
	}
	olds := last.inputs
	if req.GetOldInputs() != nil {
		if olds, err = readProperties("old inputs", req.GetOldInputs()); err != nil {
			return nil, err
		}
	}
	p.secrets.learn(olds)

	old, new := toObject(olds), toObject(news)
	patch := isPatchType(urn, textIn(new, "kind"))
	before, after := p.comparable(old), p.comparable(new)
	changes := changesBetween(before, after)
	if changes, err = withoutIgnored(changes, req.GetIgnoreChanges()); err != nil {
		return nil, err
	}
	markReplacements(changes, before, after, patch, mutability{p.settings.mutableConfigMaps, p.settings.mutableSecrets})
	if len(changes) > 0 {
		changes = p.verify(ctx, urn, last, new, changes, patch)
	}
	changes = asWritten(changes, old, new)

	response := &pulumirpc.DiffResponse{Changes: pulumirpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true}
	if len(changes) > 0 {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.DetailedDiff = detailed(changes)
	}
	for _, c := range changes {
		if c.replace {
			response.Replaces = append(response.Replaces, c.path.String())
		}
	}
	if annotated(new, replaceUnreadyAnnotation) && p.unready(ctx, urn, last.live) {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
		response.Replaces = append(response.Replaces, fmt.Sprintf("metadata.annotations[%q]", replaceUnreadyAnnotation))
	}
	if p.rendering() && p.settings.alwaysRender {
		response.Changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	response.DeleteBeforeReplace = len(response.Replaces) > 0 && sameNameAgain(last.live, new)
	return response, nil
}

// comparable is the form in which inputs are compared: normalized, and with the namespace an unset one means.
func (p *provider) comparable(obj object) object {
	out := normalize(obj)
	metadata, ok := out["metadata"].(object)
	if !ok {
		return out
	}
	plain := make(object, len(metadata))
	for key, value := range metadata {
		plain[key] = value
	}
	if kind := kindOf(out); p.namespaced(kind) {
		if textIn(out, "metadata", "namespace") == "" && !hasUnknown(plain["namespace"]) {
			plain["namespace"] = "default"
		}
	} else {
		delete(plain, "namespace")
	}
	copied := make(object, len(out))
	for key, value := range out {
		copied[key] = value
	}
	copied["metadata"] = plain
	return copied
}

// withoutIgnored leaves out what the program told the engine to ignore.
func withoutIgnored(changes []change, ignored []string) ([]change, error) {
	if len(ignored) == 0 {
		return changes, nil
	}
	var paths []resource.PropertyPath
	for _, text := range ignored {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return nil, fmt.Errorf("ignoreChanges: %q is no property path: %w", text, err)
		}
		paths = append(paths, path)
	}
	var kept []change
next:
	for _, c := range changes {
		for _, path := range paths {
			if path.Contains(resource.PropertyPath(c.path)) {
				continue next
			}
		}
		kept = append(kept, c)
	}
	return kept, nil
}

// asWritten gives a Secret's changes the names the program uses: it wrote stringData, the comparison used data.
func asWritten(changes []change, old, new object) []change {
	for i, c := range changes {
		if textIn(new, "kind") != "Secret" || len(c.path) == 0 || c.path[0] != "data" {
			continue
		}
		renamed := append(fieldPath{"stringData"}, c.path[1:]...)
		for _, written := range []object{new, old} {
			_, asData := lookup(written, c.path)
			if _, asText := lookup(written, renamed); asText && !asData {
				changes[i].path = renamed
				break
			}
		}
	}
	return changes
}

// sameNameAgain tells whether the replacement takes the name of what it replaces: then the old one must go first.
func sameNameAgain(live *unstructured.Unstructured, new object) bool {
	namespace := textIn(new, "metadata", "namespace")
	if live.GetNamespace() == "" {
		namespace = ""
	} else if namespace == "" {
		namespace = "default"
	}
	return !annotated(new, autonamedAnnotation) &&
		textIn(new, "metadata", "name") == live.GetName() && namespace == live.GetNamespace()
}

// unready serves pulumi.com/replaceUnready: a Job that failed is run anew by the next update.
func (p *provider) unready(ctx context.Context, urn resource.URN, last *unstructured.Unstructured) bool {
	switch {
	case p.cluster == nil:
		p.log(ctx, diag.Warning, urn, "the cluster cannot be reached, skipping the %s check", replaceUnreadyAnnotation)
		return false
	case last.GetKind() != "Job":
		p.log(ctx, diag.Warning, urn, "the annotation %s only serves Jobs", replaceUnreadyAnnotation)
		return false
	}
	client, err := p.cluster.resource(last)
	if err != nil {
		return false
	}
	live, err := client.Get(ctx, last.GetName(), metav1.GetOptions{})
	return err == nil && jobReadiness(live).phase != isReady
}
