package main

// Waiting: for an object to become ready, and for one to be gone. A watch brings the changes; a tick looks again,
// for what depends on other objects, and tells how far it is.

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

const tick = time.Second

var (
	errCancelled = errors.New("the update was cancelled while waiting")
	errGone      = errors.New("it was deleted by somebody else while waiting")
)

// notReady is why a wait for readiness ended without it; the object is there, and as it is goes into the state.
type notReady struct {
	live   *unstructured.Unstructured
	reason error
}

func (e *notReady) Error() string { return e.reason.Error() }
func (e *notReady) Unwrap() error { return e.reason }

// awaitReady returns the object as it was when it was found ready.
func (p *provider) awaitReady(ctx context.Context, urn resource.URN, client dynamic.ResourceInterface, obj *unstructured.Unstructured, inputs object, timeout time.Duration) (*unstructured.Unstructured, error) {
	if annotated(inputs, skipAwaitAnnotation) {
		return obj, nil
	}
	test, err := p.readyTestFor(inputs)
	if err != nil {
		return obj, &notReady{obj, err}
	}
	last, why := obj, ""
	err = p.observe(ctx, client, obj, timeout, func(seen *unstructured.Unstructured) (bool, error) {
		if seen == nil {
			return false, errGone
		}
		last = seen
		found, err := test(ctx, seen)
		switch {
		case err != nil && ctx.Err() == nil:
			why = err.Error()
		case found.phase == isReady:
			return true, nil
		case found.phase == isFailed:
			return false, errors.New(found.message)
		case found.message != "":
			why = found.message
		}
		p.progress(ctx, urn, seen, why)
		return false, nil
	})
	if err == nil {
		return last, nil
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("timed out after %s waiting for it to be ready: %s", timeout, why)
	}
	return last, &notReady{last, err}
}

// awaitGone waits until the object, by its uid, is no more: one of the same name may take its place at once.
func (p *provider) awaitGone(ctx context.Context, urn resource.URN, client dynamic.ResourceInterface, obj *unstructured.Unstructured, timeout time.Duration) error {
	last := obj
	err := p.observe(ctx, client, obj, timeout, func(seen *unstructured.Unstructured) (bool, error) {
		if seen == nil || (obj.GetUID() != "" && seen.GetUID() != obj.GetUID()) {
			return true, nil
		}
		last = seen
		p.progress(ctx, urn, seen, stillThere(seen))
		return false, nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("timed out after %s waiting for %s to be gone: %s", timeout, title(obj), stillThere(last))
	}
	return err
}

func stillThere(obj *unstructured.Unstructured) string {
	if conditions, _ := valueIn(obj.Object, "status", "conditions").([]any); obj.GetKind() == "Namespace" {
		for _, item := range conditions {
			condition, _ := item.(object)
			if textIn(condition, "status") == "True" && textIn(condition, "type") != "NamespaceDeletionDiscoveryFailure" {
				return textIn(condition, "message")
			}
		}
	}
	if finalizers := obj.GetFinalizers(); len(finalizers) > 0 {
		return fmt.Sprintf("its finalizers are not done: %v", finalizers)
	}
	return "it is being deleted"
}

// observe shows the object to look, first as it is and then on every change and tick, until look is done, fails, or
// time is up. look gets nil when there is no object.
func (p *provider) observe(ctx context.Context, client dynamic.ResourceInterface, obj *unstructured.Unstructured, timeout time.Duration, look func(*unstructured.Unstructured) (bool, error)) error {
	limited, done := context.WithTimeout(ctx, timeout)
	defer done()
	for {
		over, err := p.observeOnce(limited, client, obj.GetName(), look)
		if over || err != nil {
			return err
		}
		if limited.Err() != nil {
			if ctx.Err() != nil {
				return errCancelled
			}
			return context.DeadlineExceeded
		}
	}
}

// observeOnce follows one watch to its end. Servers end watches every few minutes, and some do not allow them.
func (p *provider) observeOnce(ctx context.Context, client dynamic.ResourceInterface, name string, look func(*unstructured.Unstructured) (bool, error)) (bool, error) {
	current, err := client.Get(ctx, name, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return look(nil)
	case err != nil:
		// A server that is away for a moment must not end the wait; one that stays away ends it by its timeout.
		pause(ctx, tick)
		return false, nil
	}
	if over, err := look(current); over || err != nil {
		return over, err
	}
	changes, err := client.Watch(ctx, metav1.ListOptions{
		FieldSelector:   fields.OneTermEqualSelector("metadata.name", name).String(),
		ResourceVersion: current.GetResourceVersion(),
	})
	if err != nil {
		pause(ctx, tick)
		return false, nil
	}
	defer changes.Stop()
	again := time.NewTicker(tick)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return false, nil
		case <-again.C:
		case event, open := <-changes.ResultChan():
			seen, isObject := event.Object.(*unstructured.Unstructured)
			if !open || !isObject || event.Type == watch.Error || event.Type == watch.Bookmark {
				return false, nil
			}
			current = seen
			if event.Type == watch.Deleted {
				return look(nil)
			}
		}
		if over, err := look(current); over || err != nil {
			return over, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
