package main

// Two spellings of one thing are no change: 1000m of CPU is 1, an absent flag is false, stringData is data. Inputs
// are brought into one form before they are compared; what is sent to the server stays as the program wrote it.

import (
	"encoding/base64"
	"maps"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

func normalize(obj object) object {
	kind := kindOf(obj)
	if kind.Group == "" && kind.Kind == "Secret" {
		obj = mergeStringData(obj)
	}
	if !isBuiltin(kind) || hasUnknown(obj) {
		return obj
	}
	typed, err := scheme.Scheme.New(kind)
	if err != nil {
		return obj
	}
	// A value of a wrong type is for the server to refuse; here it only means that there is nothing to normalize.
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(obj, typed); err != nil {
		return obj
	}
	canonical, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return obj
	}
	return respell(obj, canonical).(object)
}

// respell takes the canonical spelling of everything the program wrote, and nothing it did not write. What the
// canonical form leaves out because it is empty is left out; what it does not know (a misspelt field) stays, for the
// server to name.
func respell(written, canonical any) any {
	switch w := written.(type) {
	case object:
		c, ok := canonical.(object)
		if !ok {
			return written
		}
		out := make(object, len(w))
		for key, value := range w {
			if known, has := c[key]; has {
				out[key] = respell(value, known)
			} else if !isEmpty(value) {
				out[key] = value
			}
		}
		return out
	case []any:
		c, ok := canonical.([]any)
		if !ok || len(c) != len(w) {
			return written
		}
		out := make([]any, len(w))
		for i := range w {
			out[i] = respell(w[i], c[i])
		}
		return out
	default:
		return canonical
	}
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case int64:
		return v == 0
	case float64:
		return v == 0
	case []any:
		return len(v) == 0
	case object:
		return len(v) == 0
	default:
		return false
	}
}

func mergeStringData(secret object) object {
	plain, ok := secret["stringData"].(object)
	if !ok {
		return secret
	}
	merged := maps.Clone(secret)
	delete(merged, "stringData")
	data := object{}
	if given, ok := secret["data"].(object); ok {
		maps.Copy(data, given)
	}
	for key, value := range plain {
		if text, ok := value.(string); ok {
			data[key] = base64.StdEncoding.EncodeToString([]byte(text))
		} else {
			data[key] = value
		}
	}
	merged["data"] = data
	return merged
}
