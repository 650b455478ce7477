package main

// pulumi.com/waitFor: one expression, or a JSON list of them that must all hold. The expressions are those of
// `kubectl wait --for`: jsonpath={.status.phase}=Running, jsonpath={.status.address}, condition=Ready=False.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/util/jsonpath"
)

// expectation is one thing to wait for; holds says whether it is so and, if not, what is there instead.
type expectation struct {
	text  string
	holds func(*unstructured.Unstructured) (bool, string)
}

const waitForForms = "\"condition=TYPE\", \"condition=TYPE=VALUE\", \"jsonpath={.PATH}\", \"jsonpath={.PATH}=VALUE\", or a JSON list of these"

func parseWaitFor(value string) ([]expectation, error) {
	var texts []string
	if strings.HasPrefix(strings.TrimSpace(value), "[") {
		if err := json.Unmarshal([]byte(value), &texts); err != nil {
			return nil, fmt.Errorf("found %s, which is no JSON list of texts (%w); allowed is %s", value, err, waitForForms)
		}
		if len(texts) == 0 {
			return nil, fmt.Errorf("found an empty list; allowed is %s", waitForForms)
		}
	} else {
		texts = []string{value}
	}
	expectations := make([]expectation, 0, len(texts))
	var wrong []error
	for _, text := range texts {
		e, err := parseExpectation(text)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		expectations = append(expectations, e)
	}
	return expectations, errors.Join(wrong...)
}

func parseExpectation(text string) (expectation, error) {
	if rest, ok := strings.CutPrefix(text, "condition="); ok && rest != "" {
		name, value, given := strings.Cut(rest, "=")
		if !given {
			value = "True"
		}
		return expectation{text: text, holds: conditionHolds(name, value)}, nil
	}
	if rest, ok := strings.CutPrefix(text, "jsonpath="); ok {
		return parsePathExpectation(text, unquotePath(rest))
	}
	return expectation{}, fmt.Errorf("found %q; allowed is %s", text, waitForForms)
}

func conditionHolds(name, want string) func(*unstructured.Unstructured) (bool, string) {
	return func(obj *unstructured.Unstructured) (bool, string) {
		conditions, _ := valueIn(obj.Object, "status", "conditions").([]any)
		for _, item := range conditions {
			condition, ok := item.(object)
			if !ok || !strings.EqualFold(textIn(condition, "type"), name) {
				continue
			}
			// A condition of an earlier generation says nothing about this one.
			if seen, ok := condition["observedGeneration"].(int64); ok && seen < obj.GetGeneration() {
				return false, fmt.Sprintf("condition %s is of an earlier generation", name)
			}
			status := textIn(condition, "status")
			if strings.EqualFold(status, want) {
				return true, ""
			}
			return false, strings.TrimSpace(fmt.Sprintf("condition %s is %s %s", name, status,
				textIn(condition, "message")))
		}
		return false, fmt.Sprintf("condition %s is not there yet", name)
	}
}

// unquotePath takes the shell's quotes off: '{.a}'=b and '{.a}=b' are what people copy from kubectl's pages.
func unquotePath(rest string) string {
	for _, quote := range []string{"'", `"`} {
		inner, ok := strings.CutPrefix(rest, quote)
		if !ok {
			continue
		}
		if before, after, ok := strings.Cut(inner, "}"+quote); ok {
			return before + "}" + after
		}
		return strings.TrimSuffix(inner, quote)
	}
	return rest
}

// parsePathExpectation cuts {PATH}=VALUE at the brace that closes the path: filters hold "=" and braces of their own.
func parsePathExpectation(text, rest string) (expectation, error) {
	path, want, hasWant := rest, "", false
	if strings.HasPrefix(rest, "{") {
		end := closingBrace(rest)
		if end < 0 {
			return expectation{}, fmt.Errorf("found %q, whose brace is not closed; allowed is %s", text, waitForForms)
		}
		path = rest[:end+1]
		if tail := rest[end+1:]; tail != "" {
			if want, hasWant = strings.CutPrefix(tail, "="); !hasWant {
				return expectation{}, fmt.Errorf("found %q after the path of %q; allowed is =VALUE", tail, text)
			}
		}
	} else if before, after, ok := strings.Cut(rest, "="); ok {
		path, want, hasWant = before, after, true
	}
	if hasWant && want == "" {
		return expectation{}, fmt.Errorf("found %q, with no value after the equals sign; leave the sign out to wait until there is any value", text)
	}
	if !strings.HasPrefix(path, "{") {
		path = "{" + path + "}"
	}
	parsed := jsonpath.New("waitFor").AllowMissingKeys(true)
	if err := parsed.Parse(path); err != nil {
		return expectation{}, fmt.Errorf("found %q, which is no JSONPath (%w); allowed is %s", text, err, waitForForms)
	}
	want = strings.Trim(want, `'"`)
	return expectation{text: text, holds: func(obj *unstructured.Unstructured) (bool, string) {
		found, err := parsed.FindResults(obj.Object)
		if err != nil {
			return false, err.Error()
		}
		return pathHolds(path, want, hasWant, found)
	}}, nil
}

func closingBrace(text string) int {
	depth, quote := 0, rune(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
