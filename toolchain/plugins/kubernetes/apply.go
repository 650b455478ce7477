package main

// Server-side apply: creating, updating, and giving fields back, under a field manager of the resource's own.

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/retry"
)

const managerPrefix = "pulumi-kubernetes-"

// managerOf is the annotation's manager, else the one the state remembers, else a new one: each resource has its
// own, so that two resources about one object are seen to quarrel.
func (p *provider) managerOf(inputs object, remembered string) string {
	if name := annotation(inputs, managerAnnotation); name != "" {
		return name
	}
	if remembered != "" {
		return remembered
	}
	name, err := resource.NewUniqueHex(managerPrefix, 8, 0)
	if err != nil {
		return managerPrefix + "unnamed"
	}
	return name
}

// application is one object to bring to the server.
type application struct {
	urn     resource.URN
	wanted  *unstructured.Unstructured
	manager string
	dryRun  bool
	// patch applies to an object of somebody else: nothing is taken over but what it names.
	patch   bool
	ignored []string
}

func (a application) dry() []string {
	if a.dryRun {
		return []string{metav1.DryRunAll}
	}
	return nil
}

// create makes an object that must not be there yet: with an apply, a renamed resource would quietly adopt its own
// predecessor, and then lose it when that is deleted. Patches, and programs that ask for it, do apply.
func (p *provider) create(ctx context.Context, client dynamic.ResourceInterface, a application) (*unstructured.Unstructured, error) {
	if a.patch || p.settings.upsert {
		return p.apply(ctx, client, nil, a)
	}
	validation := metav1.FieldValidationWarn
	if isBuiltin(kindOf(a.wanted.Object)) {
		// An apply refuses unknown fields of built-in kinds; creating must not let a misspelt one through.
		validation = metav1.FieldValidationStrict
	}
	return client.Create(ctx, a.wanted, metav1.CreateOptions{
		FieldManager: a.manager, DryRun: a.dry(), FieldValidation: validation,
	})
}

// apply brings an object's fields to the server; live is the object as it is there, nil when it may be new.
func (p *provider) apply(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, a application) (*unstructured.Unstructured, error) {
	var err error
	if live != nil {
		if !a.dryRun && !a.patch {
			if live, err = p.own(ctx, client, live, a.manager, true); err != nil {
				return nil, err
			}
		}
		if a.wanted, err = withoutIgnoredFields(a, live); err != nil {
			return nil, err
		}
	}
	force := forced(a.wanted.Object, p.settings.force)
	result, err := p.send(ctx, client, a, force)
	if !force && apierrors.IsConflict(err) {
		if conflicts := conflictsIn(err); onlyOwn(conflicts, a.manager, a.patch) {
			return p.send(ctx, client, a, true)
		}
		return nil, conflictError(a.wanted, err)
	}
	return result, err
}

func (p *provider) send(ctx context.Context, client dynamic.ResourceInterface, a application, force bool) (*unstructured.Unstructured, error) {
	body, err := json.Marshal(a.wanted.Object)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be written as JSON: %w", title(a.wanted), err)
	}
	return client.Patch(ctx, a.wanted.GetName(), types.ApplyPatchType, body, metav1.PatchOptions{
		FieldManager: a.manager, Force: &force, DryRun: a.dry(), FieldValidation: metav1.FieldValidationWarn,
	})
}

// own makes this manager the one that applies the fields it created and those of kubectl. Controllers write the
// object at the same time, so a lost race is run again.
func (p *provider) own(ctx context.Context, client dynamic.ResourceInterface, live *unstructured.Unstructured, manager string, others bool) (*unstructured.Unstructured, error) {
	err := retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		patch, err := takeOver(live, manager, others)
		if err != nil || patch == nil {
			return err
		}
		moved, err := client.Patch(ctx, live.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{})
		if err == nil {
			live = moved
			return nil
		}
		if apierrors.IsConflict(err) {
			if fresh, getErr := client.Get(ctx, live.GetName(), metav1.GetOptions{}); getErr == nil {
				live = fresh
			}
		}
		return err
	})
	return live, err
}

// withoutIgnoredFields serves ignoreChanges. The engine has put the old inputs' values in place of the new ones, but
// on the cluster another manager (an autoscaler) may own the field: then it is left out of what is applied, and
// otherwise it is applied as it is there.
func withoutIgnoredFields(a application, live *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if len(a.ignored) == 0 {
		return a.wanted, nil
	}
	wanted := a.wanted.DeepCopy()
	owners := ownershipOf(live, a.manager)
	for _, text := range a.ignored {
		path, err := resource.ParsePropertyPath(text)
		if err != nil {
			return nil, fmt.Errorf("ignoreChanges: %q is no property path: %w", text, err)
		}
		var keys []string
		for _, step := range path {
			key, ok := step.(string)
			if !ok {
				keys = nil
				break
			}
			keys = append(keys, toKubernetesKey(key))
		}
		// A position in a list may be another item on the server; such a path is applied as the engine sent it.
		if len(keys) == 0 {
			continue
		}
		at := make(fieldPath, len(keys))
		for i, key := range keys {
			at[i] = key
		}
		if owners.isTheirs(live.Object, at) && !owners.isOurs(live.Object, at) {
			unstructured.RemoveNestedField(wanted.Object, keys...)
		} else if value, ok := lookup(live.Object, at); ok {
			if err := unstructured.SetNestedField(wanted.Object, value, keys...); err != nil {
				return nil, fmt.Errorf("ignoreChanges: %q: %w", text, err)
			}
		}
	}
	return wanted, nil
}

// giveBack drops every field this manager owns and leaves the object to the others.
func (p *provider) giveBack(ctx context.Context, client dynamic.ResourceInterface, obj *unstructured.Unstructured, manager string) error {
	nothing := &unstructured.Unstructured{Object: object{
		"apiVersion": obj.GetAPIVersion(), "kind": obj.GetKind(),
		"metadata": object{"name": obj.GetName()},
	}}
	if obj.GetNamespace() != "" {
		nothing.SetNamespace(obj.GetNamespace())
	}
	live, err := client.Get(ctx, obj.GetName(), metav1.GetOptions{})
	if err != nil {
		return ignoreGone(err)
	}
	if _, err := p.own(ctx, client, live, manager, false); err != nil {
		return ignoreGone(err)
	}
	_, err = p.send(ctx, client, application{wanted: nothing, manager: manager}, true)
	return ignoreGone(err)
}

func ignoreGone(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}
