package main

// Secrets stay secret: what was secret in the inputs is secret in the outputs, a Secret's data always is, and no
// secret this plugin has seen reaches a message, whoever wrote the message.

import (
	"encoding/base64"
	"sort"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	hidden = "[secret]"
	// Shorter values ("1", "on") would hide half of every message and are no secrets worth the name.
	shortestHidden = 4

	lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration"
)

// markSecrets copies secrecy from inputs to outputs, by path. A list with one secret in it becomes secret as a
// whole: the server may reorder lists, and a leak is worse than too much hiding.
func markSecrets(outs, ins resource.PropertyMap) {
	if kind, ok := outs["kind"]; ok && kind.IsString() && kind.StringValue() == "Secret" {
		for _, key := range []resource.PropertyKey{"data", "stringData"} {
			if value, has := outs[key]; has && !value.IsSecret() {
				outs[key] = resource.MakeSecret(value)
			}
		}
		hideLastApplied(outs)
	}
	for key, in := range ins {
		out, has := outs[key]
		if !has || out.IsSecret() {
			continue
		}
		switch {
		case out.IsObject() && in.IsObject():
			inner := out.ObjectValue().Copy()
			markSecrets(inner, in.ObjectValue())
			outs[key] = resource.NewProperty(inner)
		case in.ContainsSecrets():
			outs[key] = resource.MakeSecret(out)
		}
	}
}

// hideLastApplied hides the copy of a Secret that `kubectl apply` leaves in an annotation.
func hideLastApplied(outs resource.PropertyMap) {
	metadata, ok := outs["metadata"]
	if !ok || !metadata.IsObject() {
		return
	}
	annotations, ok := metadata.ObjectValue()["annotations"]
	if !ok || !annotations.IsObject() {
		return
	}
	value, ok := annotations.ObjectValue()[lastAppliedAnnotation]
	if !ok || value.IsSecret() {
		return
	}
	inner := annotations.ObjectValue().Copy()
	inner[lastAppliedAnnotation] = resource.MakeSecret(value)
	outer := metadata.ObjectValue().Copy()
	outer["annotations"] = resource.NewProperty(inner)
	outs["metadata"] = resource.NewProperty(outer)
}

// redactor knows the secret texts of this run and takes them out of messages: events, container logs and the API
// server's errors all quote values.
type redactor struct {
	mu     sync.RWMutex
	texts  map[string]struct{}
	sorted []string
}

func newRedactor() *redactor { return &redactor{texts: map[string]struct{}{}} }

// learn remembers every secret text in the properties.
func (r *redactor) learn(props resource.PropertyMap) {
	r.mu.Lock()
	defer r.mu.Unlock()
	isSecret := textAt(props, "kind") == "Secret"
	for key, value := range props {
		whole := isSecret && (key == "data" || key == "stringData")
		r.walk(value, whole, whole && key == "data")
	}
	r.sorted = r.sorted[:0]
	for text := range r.texts {
		r.sorted = append(r.sorted, text)
	}
	// Longest first, so that a secret inside another does not leave the rest of the longer one standing.
	sort.Slice(r.sorted, func(i, j int) bool { return len(r.sorted[i]) > len(r.sorted[j]) })
}

func (r *redactor) walk(v resource.PropertyValue, secret, encoded bool) {
	switch {
	case v.IsSecret():
		r.walk(v.SecretValue().Element, true, encoded)
	case v.IsOutput():
		r.walk(v.OutputValue().Element, secret || v.OutputValue().Secret, encoded)
	case v.IsObject():
		for _, item := range v.ObjectValue() {
			r.walk(item, secret, encoded)
		}
	case v.IsArray():
		for _, item := range v.ArrayValue() {
			r.walk(item, secret, encoded)
		}
	case v.IsString() && secret:
		r.add(v.StringValue())
		if encoded {
			if plain, err := base64.StdEncoding.DecodeString(v.StringValue()); err == nil {
				r.add(string(plain))
			}
		} else {
			r.add(base64.StdEncoding.EncodeToString([]byte(v.StringValue())))
		}
	}
}

func (r *redactor) add(text string) {
	for _, part := range append(strings.Split(text, "\n"), text) {
		if part = strings.TrimSpace(part); len(part) >= shortestHidden {
			r.texts[part] = struct{}{}
		}
	}
}

func (r *redactor) hide(text string) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, secret := range r.sorted {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}
