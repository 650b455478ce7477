package main

// What a failed wait shows: the reason, the object's Events, what is wrong with its Pods, and the last words of the
// containers at fault. All of it with the secrets taken out.

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/utils/ptr"
)

const (
	reportTime   = 10 * time.Second
	mostEvents   = 8
	mostPods     = 3
	logLines     = 15
	mostLogBytes = 16 << 10
)

// report returns the reasons, most telling first. It has time of its own: the operation's may be up.
func (p *provider) report(ctx context.Context, obj *unstructured.Unstructured, why error) []string {
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), reportTime)
	defer done()
	reasons := []string{why.Error()}

	pods := p.podsOf(ctx, obj)
	// Newest first: in a rollout the new Pods are the ones that fail.
	slices.SortStableFunc(pods, func(a, b corev1.Pod) int {
		return b.CreationTimestamp.Compare(a.CreationTimestamp.Time)
	})
	told := 0
	var events []string
	for _, pod := range pods {
		troubles := podTrouble(pod)
		if len(troubles) == 0 || told == mostPods {
			continue
		}
		told++
		for _, t := range troubles {
			reasons = append(reasons, t.text)
			if tail := p.lastWords(ctx, pod, t); tail != "" {
				reasons = append(reasons, tail)
			}
		}
		events = append(events, p.eventsOf(ctx, pod.Namespace, string(pod.UID))...)
	}
	events = append(p.eventsOf(ctx, obj.GetNamespace(), string(obj.GetUID())), events...)
	for _, set := range p.replicaSetsOf(ctx, obj) {
		events = append(events, p.eventsOf(ctx, set.GetNamespace(), string(set.GetUID()))...)
	}
	reasons = append(reasons, unique(events)...)
	for i := range reasons {
		reasons[i] = p.secrets.hide(reasons[i])
	}
	return reasons
}

// eventsOf are the warnings about an object, newest last.
func (p *provider) eventsOf(ctx context.Context, namespace, uid string) []string {
	if uid == "" {
		return nil
	}
	selector := fields.OneTermEqualSelector("involvedObject.uid", uid)
	list, err := p.cluster.core.Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: selector.String()})
	if err != nil {
		return nil
	}
	slices.SortStableFunc(list.Items, func(a, b corev1.Event) int { return lastSeen(a).Compare(lastSeen(b)) })
	var lines []string
	for _, event := range list.Items {
		if event.Type == corev1.EventTypeNormal {
			continue
		}
		times := ""
		if event.Count > 1 {
			times = fmt.Sprintf(" (%d times)", event.Count)
		}
		lines = append(lines, fmt.Sprintf("Event of %s %s: %s: %s%s", event.InvolvedObject.Kind, event.InvolvedObject.Name,
			event.Reason, strings.TrimSpace(event.Message), times))
	}
	if len(lines) > mostEvents {
		lines = lines[len(lines)-mostEvents:]
	}
	return lines
}

func lastSeen(event corev1.Event) time.Time {
	if !event.LastTimestamp.IsZero() {
		return event.LastTimestamp.Time
	}
	if !event.EventTime.IsZero() {
		return event.EventTime.Time
	}
	return event.CreationTimestamp.Time
}

// replicaSetsOf are a Deployment's: a refusal to create Pods (a quota, Pod security) is only told on them.
func (p *provider) replicaSetsOf(ctx context.Context, obj *unstructured.Unstructured) []unstructured.Unstructured {
	kind := kindOf(obj.Object)
	if kind.Group != "apps" || kind.Kind != "Deployment" {
		return nil
	}
	kind.Kind = "ReplicaSet"
	client, err := p.cluster.resourceOf(kind, obj.GetNamespace())
	if err != nil {
		return nil
	}
	sets, err := client.List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil
	}
	var own []unstructured.Unstructured
	for _, set := range sets.Items {
		for _, owner := range set.GetOwnerReferences() {
			if owner.UID == obj.GetUID() {
				own = append(own, set)
			}
		}
	}
	return own
}

// lastWords is the tail of a container's log, of the run that died if it was started again since.
func (p *provider) lastWords(ctx context.Context, pod corev1.Pod, t trouble) string {
	if t.container == "" {
		return ""
	}
	read := func(previous bool) string {
		raw, err := p.cluster.core.Pods(pod.Namespace).GetLogs(pod.Name, &corev1.PodLogOptions{
			Container: t.container, Previous: previous,
			TailLines: ptr.To(int64(logLines)), LimitBytes: ptr.To(int64(mostLogBytes)),
		}).DoRaw(ctx)
		if err != nil {
			return ""
		}
		return strings.TrimRight(string(raw), "\n")
	}
	text := ""
	if t.restarted {
		text = read(true)
	}
	if text == "" {
		text = read(false)
	}
	if text == "" {
		return ""
	}
	return fmt.Sprintf("Log of Pod %s, container %s (last lines):\n    %s", pod.Name, t.container,
		strings.ReplaceAll(text, "\n", "\n    "))
}

func unique(lines []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, line := range lines {
		if !seen[line] {
			seen[line] = true
			out = append(out, line)
		}
	}
	return out
}
