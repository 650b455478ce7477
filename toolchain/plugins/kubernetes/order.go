package main

// The order among the objects of one set of manifests: namespaces and definitions before what needs them, and what
// the annotation config.kubernetes.io/depends-on says.

import (
	"errors"
	"fmt"
	"strings"
)

const dependsOnAnnotation = "config.kubernetes.io/depends-on"

// placed is an object with the places of those it comes after.
type placed struct {
	index int
	obj   object
	after []int
}

var errLoop = errors.New("the manifests' " + dependsOnAnnotation + " annotations go in a circle")

// inOrder puts namespaces and definitions before what needs them, and heeds the depends-on annotation.
func inOrder(objects []object) ([]placed, error) {
	nodes := make([]placed, len(objects))
	byReference := map[string]int{}
	for i, obj := range objects {
		if textIn(obj, "metadata", "name") == "" {
			return nil, fmt.Errorf("a %s in the manifests has no metadata.name", textIn(obj, "kind"))
		}
		nodes[i] = placed{index: i, obj: obj}
		byReference[reference(obj)] = i
	}
	for i := range nodes {
		after, err := comesAfter(objects, i, byReference)
		if err != nil {
			return nil, err
		}
		nodes[i].after = after
	}
	return sorted(nodes)
}

func comesAfter(objects []object, i int, byReference map[string]int) ([]int, error) {
	var after []int
	kind := kindOf(objects[i])
	for j, other := range objects {
		otherKind := kindOf(other)
		switch {
		case i == j:
		case otherKind.Group == "" && otherKind.Kind == "Namespace" && textIn(objects[i], "metadata", "namespace") == textIn(other, "metadata", "name"):
			after = append(after, j)
		case isCRD(otherKind) && textIn(other, "spec", "group") == kind.Group && textIn(other, "spec", "names", "kind") == kind.Kind:
			after = append(after, j)
		}
	}
	for _, text := range strings.Split(annotation(objects[i], dependsOnAnnotation), ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		j, ok := byReference[text]
		if !ok {
			return nil, fmt.Errorf("%s of %s names %q, which is not in the same manifests", dependsOnAnnotation, reference(objects[i]), text)
		}
		after = append(after, j)
	}
	return after, nil
}

// reference is how the annotation names an object: GROUP/namespaces/NAMESPACE/KIND/NAME or GROUP/KIND/NAME.
func reference(obj object) string {
	kind := kindOf(obj)
	tail := kind.Kind + "/" + textIn(obj, "metadata", "name")
	if namespace := textIn(obj, "metadata", "namespace"); namespace != "" {
		tail = "namespaces/" + namespace + "/" + tail
	}
	return kind.Group + "/" + tail
}

// sorted is a depth-first walk that keeps the order of the manifests where nothing else is said.
func sorted(nodes []placed) ([]placed, error) {
	const open, closed = 1, 2
	state := make([]int, len(nodes))
	var out []placed
	var visit func(int) error
	visit = func(i int) error {
		switch state[i] {
		case closed:
			return nil
		case open:
			return errLoop
		}
		state[i] = open
		for _, j := range nodes[i].after {
			if err := visit(j); err != nil {
				return err
			}
		}
		state[i] = closed
		out = append(out, nodes[i])
		return nil
	}
	for i := range nodes {
		if err := visit(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}
