package main

// The annotations by which a program steers this provider, read in one place. A wrong value is told at preview.

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const (
	autonamedAnnotation      = "pulumi.com/autonamed"
	skipAwaitAnnotation      = "pulumi.com/skipAwait"
	waitForAnnotation        = "pulumi.com/waitFor"
	timeoutAnnotation        = "pulumi.com/timeoutSeconds"
	replaceUnreadyAnnotation = "pulumi.com/replaceUnready"
	forceAnnotation          = "pulumi.com/patchForce"
	managerAnnotation        = "pulumi.com/patchFieldManager"
	propagationAnnotation    = "pulumi.com/deletionPropagationPolicy"
)

const defaultTimeout = 10 * time.Minute

func annotation(obj object, key string) string { return textIn(obj, "metadata", "annotations", key) }

func annotated(obj object, key string) bool { return annotation(obj, key) == "true" }

// timeoutFor is the resource option customTimeouts, else the annotation, else ten minutes.
func timeoutFor(seconds float64, obj object) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	if n, err := strconv.Atoi(annotation(obj, timeoutAnnotation)); err == nil && n > 0 {
		return time.Duration(n) * time.Second
	}
	return defaultTimeout
}

func propagationFor(obj object) metav1.DeletionPropagation {
	switch strings.ToLower(annotation(obj, propagationAnnotation)) {
	case "orphan":
		return metav1.DeletePropagationOrphan
	case "background":
		return metav1.DeletePropagationBackground
	default:
		return metav1.DeletePropagationForeground
	}
}

// forced tells whether fields of other managers are to be taken over: annotation, provider, environment.
func forced(obj object, byProvider bool) bool {
	switch annotation(obj, forceAnnotation) {
	case "true":
		return true
	case "false":
		return false
	}
	return byProvider
}

// envTrue reads the switches the official provider takes from the environment.
func envTrue(name string) bool { return os.Getenv(name) == "true" }

// problem is a wrong value in the inputs, with the property it is in.
type problem struct{ property, reason string }

func annotationProblems(obj object) []problem {
	var problems []problem
	wrong := func(key, allowed string) {
		problems = append(problems, problem{
			property: fmt.Sprintf("metadata.annotations[%q]", key),
			reason:   fmt.Sprintf("found %q; allowed is %s", annotation(obj, key), allowed),
		})
	}
	for _, key := range []string{skipAwaitAnnotation, replaceUnreadyAnnotation, forceAnnotation} {
		if v := annotation(obj, key); v != "" && v != "true" && v != "false" {
			wrong(key, `"true" or "false"`)
		}
	}
	if v := annotation(obj, timeoutAnnotation); v != "" {
		if n, err := strconv.Atoi(v); err != nil || n <= 0 {
			wrong(timeoutAnnotation, `a whole number of seconds above 0, as in "300"`)
		}
	}
	switch strings.ToLower(annotation(obj, propagationAnnotation)) {
	case "", "orphan", "background", "foreground":
	default:
		wrong(propagationAnnotation, `"orphan", "background" or "foreground"`)
	}
	if v := annotation(obj, waitForAnnotation); v != "" {
		if _, err := parseWaitFor(v); err != nil {
			problems = append(problems, problem{
				property: fmt.Sprintf("metadata.annotations[%q]", waitForAnnotation), reason: err.Error(),
			})
		}
	}
	return problems
}
