package main

// The Pods behind a workload: which they are, and what is wrong with them.

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
)

// podsOf finds a workload's Pods by its selector; an object without one has none, a Pod is its own.
func (p *provider) podsOf(ctx context.Context, obj *unstructured.Unstructured) []corev1.Pod {
	kind := kindOf(obj.Object)
	if kind.Group == "" && kind.Kind == "Pod" {
		var pod corev1.Pod
		if runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, &pod) != nil {
			return nil
		}
		return []corev1.Pod{pod}
	}
	if kind.Group != "apps" && kind.Group != "batch" {
		return nil
	}
	raw, ok := valueIn(obj.Object, "spec", "selector").(object)
	if !ok {
		return nil
	}
	var selector metav1.LabelSelector
	if runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &selector) != nil {
		return nil
	}
	parsed, err := metav1.LabelSelectorAsSelector(&selector)
	if err != nil || parsed.Empty() || parsed.String() == labels.Nothing().String() {
		return nil
	}
	pods, err := p.cluster.core.Pods(obj.GetNamespace()).List(ctx, metav1.ListOptions{LabelSelector: parsed.String()})
	if err != nil {
		return nil
	}
	return pods.Items
}

// progress says how far a wait is, and what holds up the first Pod that is held up.
func (p *provider) progress(ctx context.Context, urn resource.URN, obj *unstructured.Unstructured, why string) {
	text := why
	for _, pod := range p.podsOf(ctx, obj) {
		if trouble := podTrouble(pod); len(trouble) > 0 {
			text = strings.TrimSpace(fmt.Sprintf("%s (%s)", why, trouble[0].text))
			break
		}
	}
	if text != "" && ctx.Err() == nil && p.moved(urn, text) {
		p.status(ctx, urn, "%s: %s", title(obj), text)
	}
}

// moved is true when the text is another than the last shown for this resource.
func (p *provider) moved(urn resource.URN, text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown[urn] == text {
		return false
	}
	p.shown[urn] = text
	return true
}

// trouble is what keeps a Pod from being ready; container is set where a container is at fault.
type trouble struct {
	text      string
	container string
	// restarted tells that the words of the run before are the interesting ones.
	restarted bool
}

var harmlessWaits = map[string]bool{"": true, "ContainerCreating": true, "PodInitializing": true}

func podTrouble(pod corev1.Pod) []trouble {
	var found []trouble
	add := func(container string, restarted bool, format string, args ...any) {
		text := fmt.Sprintf("Pod %s: ", pod.Name) + fmt.Sprintf(format, args...)
		found = append(found, trouble{text: strings.TrimSpace(text), container: container, restarted: restarted})
	}
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodScheduled && condition.Status == corev1.ConditionFalse {
			add("", false, "no node takes it: %s", condition.Message)
		}
	}
	statuses := append(append([]corev1.ContainerStatus{}, pod.Status.InitContainerStatuses...), pod.Status.ContainerStatuses...)
	for _, s := range statuses {
		switch state := s.State; {
		case state.Waiting != nil && !harmlessWaits[state.Waiting.Reason]:
			text := state.Waiting.Message
			if ended := s.LastTerminationState.Terminated; ended != nil {
				text = fmt.Sprintf("%s; the last run ended with exit code %d (%s)", text, ended.ExitCode, ended.Reason)
			}
			add(s.Name, s.RestartCount > 0, "container %s is in %s: %s", s.Name, state.Waiting.Reason, text)
		case state.Terminated != nil && state.Terminated.ExitCode != 0:
			add(s.Name, false, "container %s ended with exit code %d (%s) %s", s.Name, state.Terminated.ExitCode,
				state.Terminated.Reason, state.Terminated.Message)
		case state.Running != nil && !s.Ready && s.RestartCount > 0:
			add(s.Name, true, "container %s has been started %d times and is not ready", s.Name, s.RestartCount+1)
		case state.Running != nil && !s.Ready && pod.DeletionTimestamp == nil:
			add(s.Name, false, "container %s runs and is not ready", s.Name)
		}
	}
	return found
}
