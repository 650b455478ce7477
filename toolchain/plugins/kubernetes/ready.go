package main

// When is an object ready? kstatus answers for every kind; here is what it leaves to the reader: a Job is ready when
// it is done, a Service when somebody serves it, a claim when waiting for it would not wait for ever.

import (
	"context"
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type phase int

const (
	isWaiting phase = iota
	isReady
	// isFailed will not become ready however long one waits.
	isFailed
)

type readiness struct {
	phase   phase
	message string
}

// ready and waiting are the two common answers.
func ready() readiness { return readiness{phase: isReady} }

func waiting(format string, args ...any) readiness {
	return readiness{phase: isWaiting, message: fmt.Sprintf(format, args...)}
}

// readyTest is what one object is waited for with. Some kinds ask the server about other objects, on every look.
type readyTest func(context.Context, *unstructured.Unstructured) (readiness, error)

// readyTestFor reads pulumi.com/waitFor, else goes by the kind.
func (p *provider) readyTestFor(inputs object) (readyTest, error) {
	if value := annotation(inputs, waitForAnnotation); value != "" {
		expectations, err := parseWaitFor(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", waitForAnnotation, err)
		}
		return func(_ context.Context, obj *unstructured.Unstructured) (readiness, error) {
			return expected(expectations, obj), nil
		}, nil
	}
	return p.readinessOf, nil
}

func expected(expectations []expectation, obj *unstructured.Unstructured) readiness {
	var missing []string
	for _, e := range expectations {
		if holds, instead := e.holds(obj); !holds {
			missing = append(missing, instead)
		}
	}
	if len(missing) == 0 {
		return ready()
	}
	return waiting("%s", strings.Join(missing, "; "))
}

func (p *provider) readinessOf(ctx context.Context, obj *unstructured.Unstructured) (readiness, error) {
	kind := kindOf(obj.Object)
	switch kind.Group + "/" + kind.Kind {
	case "batch/Job":
		return jobReadiness(obj), nil
	case "/Pod":
		return podReadiness(obj)
	case "/PersistentVolumeClaim":
		return p.claimReadiness(ctx, obj)
	case "/PersistentVolume":
		if at := textIn(obj.Object, "status", "phase"); at != "Available" && at != "Bound" {
			return waiting("the volume is %s", orPending(at)), nil
		}
		return ready(), nil
	case "/Service":
		return p.serviceReadiness(ctx, obj)
	case "networking.k8s.io/Ingress":
		if addresses, _ := valueIn(obj.Object, "status", "loadBalancer", "ingress").([]any); len(addresses) == 0 {
			return waiting("no ingress controller has given it an address yet"), nil
		}
		return ready(), nil
	case "/Secret":
		if textIn(obj.Object, "type") == "kubernetes.io/service-account-token" && textIn(obj.Object, "data", "token") == "" {
			return waiting("the token is not made yet"), nil
		}
		return ready(), nil
	case "apps/Deployment":
		if valueIn(obj.Object, "spec", "paused") == true {
			return ready(), nil
		}
	}
	return byStatus(obj)
}

// byStatus is kstatus: the conditions Ready, Reconciling and Stalled and the observed generation of custom
// resources, and what the built-in controllers report in their own ways.
func byStatus(obj *unstructured.Unstructured) (readiness, error) {
	result, err := status.Compute(obj)
	if err != nil {
		return readiness{}, fmt.Errorf("the status of %s cannot be understood: %w", title(obj), err)
	}
	switch result.Status {
	case status.CurrentStatus:
		return ready(), nil
	case status.FailedStatus:
		return readiness{phase: isFailed, message: result.Message}, nil
	default:
		return waiting("%s", result.Message), nil
	}
}

// jobReadiness: done, not begun as kstatus has it; a migration that is still running has migrated nothing.
func jobReadiness(job *unstructured.Unstructured) readiness {
	conditions, _ := valueIn(job.Object, "status", "conditions").([]any)
	for _, item := range conditions {
		condition, _ := item.(object)
		if textIn(condition, "status") != "True" {
			continue
		}
		switch textIn(condition, "type") {
		case "Complete", "Suspended":
			return ready()
		case "Failed":
			return readiness{phase: isFailed, message: strings.TrimSpace("the Job failed: " + textIn(condition, "message"))}
		}
	}
	if valueIn(job.Object, "spec", "suspend") == true {
		return ready()
	}
	count := func(key string) int64 {
		n, _ := valueIn(job.Object, "status", key).(int64)
		return n
	}
	return waiting("the Job is running: %d active, %d succeeded, %d failed", count("active"), count("succeeded"), count("failed"))
}

// podReadiness: kstatus takes a Pod that crashes or finds no node for failed, but a Pod may recover from both, so it
// is waited for until the timeout, as the official provider does.
func podReadiness(pod *unstructured.Unstructured) (readiness, error) {
	if textIn(pod.Object, "status", "phase") == "Failed" {
		return readiness{phase: isFailed, message: strings.TrimSpace("the Pod failed: " + textIn(pod.Object, "status", "message"))}, nil
	}
	found, err := byStatus(pod)
	if found.phase == isFailed {
		found.phase = isWaiting
	}
	return found, err
}

var storageClasses = schema.GroupVersionKind{Group: "storage.k8s.io", Version: "v1", Kind: "StorageClass"}

// claimReadiness: a claim whose class binds when a Pod first uses it would be waited for in vain.
func (p *provider) claimReadiness(ctx context.Context, claim *unstructured.Unstructured) (readiness, error) {
	at := textIn(claim.Object, "status", "phase")
	if at == "Bound" {
		return ready(), nil
	}
	if name := textIn(claim.Object, "spec", "storageClassName"); name != "" {
		client, err := p.cluster.resourceOf(storageClasses, "")
		if err != nil {
			return readiness{}, err
		}
		// Whoever may not read classes waits, as for any other.
		class, err := client.Get(ctx, name, metav1.GetOptions{})
		if err == nil && textIn(class.Object, "volumeBindingMode") == "WaitForFirstConsumer" {
			return ready(), nil
		}
	}
	return waiting("the claim is %s", orPending(at)), nil
}

func orPending(phase string) string {
	if phase == "" {
		return "Pending"
	}
	return phase
}

var endpointSlices = schema.GroupVersionKind{Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"}

// serviceReadiness: an address where a load balancer gives one, and at least one ready endpoint behind a selector.
func (p *provider) serviceReadiness(ctx context.Context, service *unstructured.Unstructured) (readiness, error) {
	kind := textIn(service.Object, "spec", "type")
	if kind == "LoadBalancer" {
		if addresses, _ := valueIn(service.Object, "status", "loadBalancer", "ingress").([]any); len(addresses) == 0 {
			return waiting("the load balancer has no address yet"), nil
		}
	}
	selector, _ := valueIn(service.Object, "spec", "selector").(object)
	if kind == "ExternalName" || len(selector) == 0 || textIn(service.Object, "spec", "clusterIP") == "None" {
		return ready(), nil
	}
	client, err := p.cluster.resourceOf(endpointSlices, service.GetNamespace())
	if err != nil {
		return readiness{}, err
	}
	slices, err := client.List(ctx, metav1.ListOptions{LabelSelector: "kubernetes.io/service-name=" + service.GetName()})
	if err != nil {
		return readiness{}, err
	}
	for _, slice := range slices.Items {
		endpoints, _ := slice.Object["endpoints"].([]any)
		for _, item := range endpoints {
			endpoint, _ := item.(object)
			if valueIn(endpoint, "conditions", "ready") != false {
				return ready(), nil
			}
		}
	}
	return waiting("no Pod that its selector names is ready yet"), nil
}
