package main

// Comparing what a JSONPath found with what the program waits for.

import (
	"fmt"
	"reflect"
	"strings"
)

func pathHolds(path, want string, hasWant bool, found [][]reflect.Value) (bool, string) {
	var values []any
	for _, list := range found {
		for _, v := range list {
			if v.IsValid() && v.CanInterface() {
				values = append(values, v.Interface())
			}
		}
	}
	if len(values) == 0 {
		return false, path + " is not there yet"
	}
	if !hasWant {
		return true, ""
	}
	for _, value := range values {
		switch value.(type) {
		case object, []any:
			return false, fmt.Sprintf("%s is no single value to compare with %q", path, want)
		}
		if got := fmt.Sprint(value); !strings.EqualFold(got, want) {
			return false, fmt.Sprintf("%s is %q, waiting for %q", path, got, want)
		}
	}
	return true, ""
}
