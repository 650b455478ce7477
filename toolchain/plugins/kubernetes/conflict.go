package main

// Conflicts: another manager owns a field this program sets. Said with the field, the manager, and the ways out.

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

type fieldConflict struct{ field, manager string }

var quotedManager = regexp.MustCompile(`conflict with "([^"]*)"`)

func conflictsIn(err error) []fieldConflict {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	var found []fieldConflict
	for _, cause := range status.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		manager := strings.TrimPrefix(cause.Message, "conflict with ")
		if named := quotedManager.FindStringSubmatch(cause.Message); named != nil {
			manager = named[1]
		}
		found = append(found, fieldConflict{field: cause.Field, manager: manager})
	}
	return found
}

// onlyOwn tells whether every conflict is with this manager's own earlier self or with one that yields to it.
func onlyOwn(conflicts []fieldConflict, manager string, patch bool) bool {
	for _, c := range conflicts {
		if c.manager != manager && (patch || !yields(c.manager)) {
			return false
		}
	}
	return len(conflicts) > 0
}

func conflictError(obj *unstructured.Unstructured, err error) error {
	conflicts := conflictsIn(err)
	if len(conflicts) == 0 {
		return err
	}
	var lines []string
	for _, c := range conflicts {
		lines = append(lines, fmt.Sprintf("  %s is managed by %q", c.field, c.manager))
	}
	return fmt.Errorf("Server-Side Apply field conflict detected: others manage fields of %s that this program sets\n%s\n"+
		"Leave these fields out of the program (or list them in ignoreChanges) to leave them to that manager; "+
		"or take them over with the annotation %s: \"true\" on the resource (enablePatchForce on the provider)",
		title(obj), strings.Join(lines, "\n"), forceAnnotation)
}
