package main

// The server has the last word on a change: a dry run tells what it takes for no change at all, and what it only
// takes as a new object.

import (
	"context"
	"errors"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// verify asks the server about changes found by comparing inputs. Whatever else goes wrong in the asking (no rights,
// a conflict) leaves the changes as they are: the preview of the update comes next and says it.
func (p *provider) verify(ctx context.Context, urn resource.URN, last known, new object, changes []change, patch bool) []change {
	if p.cluster == nil || p.rendering() || hasUnknown(new) {
		return changes
	}
	for _, c := range changes {
		// Another name is another object: a dry run of it would say nothing of this one.
		if c.replace && (c.path.inMetadata("name") || c.path.inMetadata("namespace") || c.path.String() == "kind") {
			return changes
		}
	}
	client, err := p.cluster.resourceOf(kindOf(new), last.live.GetNamespace())
	if err != nil {
		return changes
	}
	live, err := client.Get(ctx, last.live.GetName(), metav1.GetOptions{})
	if err != nil {
		return changes
	}
	wanted := &unstructured.Unstructured{Object: new}
	result, err := p.apply(ctx, client, live, application{
		urn: urn, wanted: wanted, manager: p.managerOf(new, last.manager), dryRun: true, patch: patch,
	})
	if err != nil {
		markRefused(changes, err)
		logging.V(5).Infof("dry run of %s: %s", urn, p.secrets.hide(err.Error()))
		return changes
	}
	return withoutRespelled(changes, new, live.Object, result.Object)
}

func (p fieldPath) inMetadata(key string) bool {
	return len(p) > 1 && p[0] == "metadata" && p[1] == key
}

// withoutRespelled drops changes of a value after which the server would store what it stores already: a quantity
// in another unit, a value an admission webhook sets back.
func withoutRespelled(changes []change, new, live, result object) []change {
	var kept []change
	for _, c := range changes {
		if c.kind == altered && sameListsAlong(c.path, new, live, result) {
			now, isNow := lookup(live, c.path)
			then, isThen := lookup(result, c.path)
			if isNow && isThen && equal(now, then) {
				continue
			}
		}
		kept = append(kept, c)
	}
	return kept
}

// sameListsAlong makes sure that a list position means the same item everywhere: servers put items of their own
// into lists.
func sameListsAlong(path fieldPath, objects ...object) bool {
	for i, step := range path {
		if _, isPosition := step.(int); !isPosition {
			continue
		}
		length := -1
		for _, obj := range objects {
			list, _ := lookup(obj, path[:i])
			items, ok := list.([]any)
			if !ok || (length >= 0 && len(items) != length) {
				return false
			}
			length = len(items)
		}
	}
	return true
}

var refusals = []string{"immutable", "may not be changed", "may not change", "cannot be changed", "cannot change", "forbidden: updates to"}

// markRefused marks as replacing what the server refuses to change. A refusal of a field covers what is below it; one
// that names no changed field covers the part of the object it names.
func markRefused(changes []change, err error) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return
	}
	if !apierrors.IsInvalid(err) {
		return
	}
	for _, cause := range status.Status().Details.Causes {
		text := strings.ToLower(cause.Message)
		refused := false
		for _, word := range refusals {
			refused = refused || strings.Contains(text, word)
		}
		if !refused {
			continue
		}
		field := plainField(cause.Field)
		if !markUnder(changes, field) {
			root, _, _ := strings.Cut(field, ".")
			markUnder(changes, root)
		}
	}
}

func markUnder(changes []change, field string) bool {
	found := false
	for i := range changes {
		path := plainField(changes[i].path.String())
		if path == field || strings.HasPrefix(path, field+".") || strings.HasPrefix(field, path+".") {
			changes[i].replace, found = true, true
		}
	}
	return found
}

// plainField drops list positions and map keys in brackets, which the two sides write differently.
func plainField(path string) string {
	var out strings.Builder
	depth := 0
	for _, c := range path {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case depth == 0:
			out.WriteRune(c)
		}
	}
	return out.String()
}
