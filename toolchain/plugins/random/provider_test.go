package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"golang.org/x/crypto/bcrypt"
)

func props(pairs ...any) resource.PropertyMap {
	made := resource.PropertyMap{}
	for i := 0; i < len(pairs); i += 2 {
		made[resource.PropertyKey(pairs[i].(string))] = resource.NewPropertyValue(pairs[i+1])
	}
	return made
}

func urnOf(name string) resource.URN {
	token := "random:index/random" + name + ":Random" + name
	return resource.URN("urn:pulumi:dev::test::" + token + "::it")
}

func create(t *testing.T, name string, inputs resource.PropertyMap) (resource.ID, resource.PropertyMap) {
	t.Helper()
	stand := &randomProvider{}
	checked, err := stand.Check(context.Background(), plugin.CheckRequest{URN: urnOf(name), News: inputs})
	if err != nil || len(checked.Failures) > 0 {
		t.Fatalf("check: %v %v", err, checked.Failures)
	}
	made, err := stand.Create(context.Background(), plugin.CreateRequest{URN: urnOf(name), Properties: checked.Properties})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID, made.Properties
}

func secretText(t *testing.T, value resource.PropertyValue) string {
	t.Helper()
	if !value.IsSecret() {
		t.Fatalf("not a secret: %v", value)
	}
	return value.SecretValue().Element.StringValue()
}

func TestAStringHasItsMinimumsAndOnlyAllowedCharacters(t *testing.T) {
	for range 200 {
		_, state := create(t, "String", props("length", 12.0, "minUpper", 2.0, "minNumeric", 3.0, "minSpecial", 2.0,
			"overrideSpecial", "_%", "lower", false))
		result := state["result"].StringValue()
		count := func(set string) (n int) {
			for _, char := range result {
				if strings.ContainsRune(set, char) {
					n++
				}
			}
			return n
		}
		if len(result) != 12 || count(upperCharacters) < 2 || count(digits) < 3 || count("_%") < 2 {
			t.Fatalf("%q misses a minimum", result)
		}
		if count(upperCharacters+digits+"_%") != 12 {
			t.Fatalf("%q has a character that was not allowed", result)
		}
	}
}

func TestTheHashIsThatOfThePasswordCutAt72Bytes(t *testing.T) {
	_, state := create(t, "Password", props("length", 100.0))
	result, hash := secretText(t, state["result"]), secretText(t, state["bcryptHash"])
	if err := bcrypt.CompareHashAndPassword([]byte(hash), []byte(result[:72])); err != nil {
		t.Fatal(err)
	}
	if bcrypt.CompareHashAndPassword([]byte(hash), []byte(result[1:73])) == nil {
		t.Fatal("the hash fits another password")
	}
}

func TestRandomIdEncodesTheSameBytesFourWays(t *testing.T) {
	id, state := create(t, "Id", props("byteLength", 6.0, "prefix", "p-"))
	bytes, err := hex.DecodeString(strings.TrimPrefix(state["hex"].StringValue(), "p-"))
	if err != nil || len(bytes) != 6 {
		t.Fatal(err, bytes)
	}
	for key, want := range map[resource.PropertyKey]string{
		"b64Std": "p-" + base64.StdEncoding.EncodeToString(bytes),
		"b64Url": "p-" + base64.RawURLEncoding.EncodeToString(bytes),
		"dec":    "p-" + new(big.Int).SetBytes(bytes).String(),
		"id":     base64.RawURLEncoding.EncodeToString(bytes),
	} {
		if got := state[key].StringValue(); got != want {
			t.Errorf("%s is %q, not %q", key, got, want)
		}
	}
	if string(id) != state["id"].StringValue() {
		t.Errorf("ID %q, recorded %q", id, state["id"].StringValue())
	}
}

func TestSeedsGiveTheResultsOfTheOfficialPlugin(t *testing.T) {
	// A seed's generator is Go's own, seeded by CRC-64/ISO: these are its choices, and must never change.
	_, integer := create(t, "Integer", props("min", 1.0, "max", 1000.0, "seed", "abc"))
	if got := integer["result"].NumberValue(); got != 445 {
		t.Errorf("integer: %v", got)
	}
	_, shuffled := create(t, "Shuffle", props("inputs", []any{"a", "b", "c", "d"}, "seed", "x", "resultCount", 6.0))
	var order []string
	for _, value := range shuffled["results"].ArrayValue() {
		order = append(order, value.StringValue())
	}
	if got := strings.Join(order, ""); got != "bcdacb" {
		t.Errorf("shuffle: %s", got)
	}
}

func TestAShuffleRepeatsNoItemBeforeAllWereUsed(t *testing.T) {
	_, state := create(t, "Shuffle", props("inputs", []any{"a", "b", "c"}, "resultCount", 6.0))
	for _, half := range [][]resource.PropertyValue{
		state["results"].ArrayValue()[:3], state["results"].ArrayValue()[3:],
	} {
		seen := map[string]bool{}
		for _, value := range half {
			seen[value.StringValue()] = true
		}
		if len(seen) != 3 {
			t.Errorf("%v repeats an item", half)
		}
	}
}

func TestWrongInputsAreNamedBeforeAnythingIsMade(t *testing.T) {
	for _, wrong := range []struct {
		kind     string
		inputs   resource.PropertyMap
		property string
		reason   string
	}{
		{"Password", props("length", 0.0), "length", "at least 1"},
		{"Password", props("length", 4.0, "minUpper", 3.0, "minLower", 2.0), "length", "sum of"},
		{"Password", props("length", 4.0, "number", true, "numeric", false), "number", "must not differ"},
		{"Password", props("length", 4.0, "upper", false, "lower", false, "special", false, "numeric", false), "special", "at least one"},
		{"Password", props("length", 1.5), "length", "whole number"},
		{"String", props(), "length", "Missing required property"},
		{"String", props("length", 4.0, "minLower", -1.0), "minLower", "at least 0"},
		{"String", props("length", 4.0, "uper", true), "uper", "unknown property"},
		{"Bytes", props("length", 0.0), "length", "at least 1"},
		{"Id", props("byteLength", 0.0), "byteLength", "at least 1"},
		{"Integer", props("min", 5.0, "max", 4.0), "min", "larger than max"},
		{"Pet", props("length", 0.0), "length", "at least 1"},
		{"Shuffle", props("inputs", "abc"), "inputs", "list of strings"},
		{"Uuid", props("keepers", "abc"), "keepers", "map of strings"},
	} {
		answer, err := (&randomProvider{}).Check(context.Background(), plugin.CheckRequest{URN: urnOf(wrong.kind), News: wrong.inputs})
		if err != nil {
			t.Fatal(err)
		}
		if len(answer.Failures) != 1 || string(answer.Failures[0].Property) != wrong.property ||
			!strings.Contains(answer.Failures[0].Reason, wrong.reason) {
			t.Errorf("%s %v: %v", wrong.kind, wrong.inputs, answer.Failures)
		}
	}
}

func TestUnknownInputsAreNotJudged(t *testing.T) {
	unknown := resource.MakeComputed(resource.NewProperty(""))
	inputs := props("length", 2.0, "minUpper", 1.0)
	inputs["minLower"], inputs["keepers"] = unknown, resource.NewProperty(resource.PropertyMap{"a": unknown})
	answer, err := (&randomProvider{}).Check(context.Background(), plugin.CheckRequest{URN: urnOf("Password"), News: inputs})
	if err != nil || len(answer.Failures) > 0 {
		t.Fatal(err, answer.Failures)
	}
}

func TestWhatReplacesAndWhatDoesNot(t *testing.T) {
	_, made := create(t, "Password", props("length", 8.0, "keepers", map[string]any{"a": "1"}))
	for name, step := range map[string]struct {
		inputs  resource.PropertyMap
		changed string
	}{
		"the same":             {props("length", 8.0, "keepers", map[string]any{"a": "1"}), ""},
		"a default said aloud": {props("length", 8.0, "upper", true, "numeric", true, "minLower", 0.0, "keepers", map[string]any{"a": "1"}), ""},
		"an empty override":    {props("length", 8.0, "overrideSpecial", "", "keepers", map[string]any{"a": "1"}), ""},
		"another length":       {props("length", 9.0, "keepers", map[string]any{"a": "1"}), "length"},
		"another keeper":       {props("length", 8.0, "keepers", map[string]any{"a": "2"}), "keepers"},
		"no keepers":           {props("length", 8.0), "keepers"},
	} {
		diff, err := (&randomProvider{}).Diff(context.Background(), plugin.DiffRequest{URN: urnOf("Password"), OldOutputs: made, NewInputs: step.inputs})
		if err != nil {
			t.Fatal(err)
		}
		if step.changed == "" {
			if diff.Changes != plugin.DiffNone {
				t.Errorf("%s: %v", name, diff)
			}
		} else if change, has := diff.DetailedDiff[step.changed]; !has || len(diff.DetailedDiff) != 1 || !change.Kind.IsReplace() {
			t.Errorf("%s: %v", name, diff)
		}
	}
}

func TestImportsOfExistingValues(t *testing.T) {
	for _, existing := range []struct{ kind, id, property, want string }{
		{"Id", "p-,qvxSEA", "hex", "p-aafc5210"},
		{"Uuid", "AABBCCDD-0000-4000-8000-000000000000", "result", "aabbccdd-0000-4000-8000-000000000000"},
		{"String", "abc", "result", "abc"},
		{"Bytes", "8/fu3q!", "", ""},
		{"Integer", "7,1", "", ""},
		{"Shuffle", "-", "", ""},
		{"Pet", "able-ant", "", ""},
	} {
		read, err := (&randomProvider{}).Read(context.Background(), plugin.ReadRequest{URN: urnOf(existing.kind), ID: resource.ID(existing.id)})
		if existing.property == "" {
			if err == nil {
				t.Errorf("%s took %q", existing.kind, existing.id)
			}
		} else if err != nil {
			t.Errorf("%s: %v", existing.kind, err)
		} else if got := read.Outputs[resource.PropertyKey(existing.property)].StringValue(); got != existing.want {
			t.Errorf("%s: %q", existing.kind, got)
		}
	}
}

func TestAnImportedPasswordNeedsNoReplacement(t *testing.T) {
	read, err := (&randomProvider{}).Read(context.Background(), plugin.ReadRequest{URN: urnOf("Password"), ID: "hunter2"})
	if err != nil {
		t.Fatal(err)
	}
	if secretText(t, read.Outputs["result"]) != "hunter2" || read.ID != "none" {
		t.Errorf("%v", read)
	}
	diff, err := (&randomProvider{}).Diff(context.Background(), plugin.DiffRequest{
		URN: urnOf("Password"), OldOutputs: read.Outputs, NewInputs: props("length", 7.0),
	})
	if err != nil || diff.Changes != plugin.DiffNone {
		t.Error(err, diff)
	}
}

func TestAPreviewPromisesNothing(t *testing.T) {
	answer, err := (&randomProvider{}).Create(context.Background(), plugin.CreateRequest{
		URN: urnOf("Password"), Properties: props("length", 8.0), Preview: true,
	})
	if err != nil || answer.ID != "" || !answer.Properties["result"].IsSecret() || !answer.Properties["result"].ContainsUnknowns() {
		t.Error(err, answer)
	}
}
