package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// A package in the form of the real one, with the shapes that matter.
const thingTypes = `import * as pulumi from "@pulumi/pulumi";
/** With a { brace and a ; in a comment: export interface ThingArgs { no: string; } */
export declare class Thing extends pulumi.CustomResource {
    static get(name: string, opts?: pulumi.CustomResourceOptions): Thing;
    readonly name: pulumi.Output<string>;
    readonly note: pulumi.Output<string>;
    readonly comment: pulumi.Output<string | undefined>;
    readonly createdOn: pulumi.Output<string>;
    readonly hosts: pulumi.Output<string[]>;
    readonly size: pulumi.Output<number>;
    readonly meta: pulumi.Output<outputs.ThingMeta>;
    constructor(name: string, args: ThingArgs, opts?: pulumi.CustomResourceOptions);
}
export interface ThingArgs {
    name: pulumi.Input<string>;
    note?: pulumi.Input<string | undefined>;
    comment?: pulumi.Input<string | undefined>;
    zoneId?: pulumi.Input<string | undefined>;
    rules?: pulumi.Input<pulumi.Input<inputs.ThingRule>[] | undefined>;
    labels?: pulumi.Input<{
        [key: string]: pulumi.Input<inputs.ThingRule>;
    } | undefined>;
}
`

const inputTypes = `export interface ThingRule {
    action: pulumi.Input<string>;
    deeper?: pulumi.Input<inputs.ThingRuleDeeper | undefined>;
}
export interface ThingRuleDeeper {
    must: pulumi.Input<string>;
}
`

const lookUpTypes = `export interface GetThingArgs { filter?: inputs.GetThingFilter; }
export interface GetThingResult {
    readonly filter?: outputs.GetThingFilter;
    readonly id: string;
    readonly ipv4Cidrs: string[];
    readonly name: string;
    readonly paused: boolean;
    readonly thingId: string;
}
`

func rehearsalOf(t *testing.T) *rehearsal {
	t.Helper()
	root := t.TempDir()
	folder := filepath.Join(root, "node_modules", "@pulumi", "cloudflare")
	if err := os.MkdirAll(filepath.Join(folder, "types"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"package.json": "{}", "thing.d.ts": thingTypes, "r2thing.d.ts": strings.ReplaceAll(thingTypes, "Thing", "R2Thing"), "getThing.d.ts": lookUpTypes, "types/input.d.ts": inputTypes,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(root)
	return &rehearsal{}
}

const thing = resource.URN("urn:pulumi:dev::t::cloudflare:index/thing:Thing::it")

func inputsOf(given map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(given)
}

func TestRequiredAndUnknownInputsAreNamedHoweverDeep(t *testing.T) {
	stand := rehearsalOf(t)
	answer, err := stand.Check(context.Background(), plugin.CheckRequest{URN: thing, News: inputsOf(map[string]any{
		"rules":  []any{map[string]any{"action": "a"}, map[string]any{"acton": "b", "deeper": map[string]any{}}},
		"labels": map[string]any{"free": map[string]any{}},
	})})
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, failure := range answer.Failures {
		reasons = append(reasons, failure.Reason)
	}
	got := strings.Join(reasons, "\n")
	for _, wanted := range []string{
		"name: missing required property", "rules[1].action: missing required property",
		"rules[1].deeper.must: missing required property", "rules[1].acton: no such property; there are action, deeper",
	} {
		if !strings.Contains(got, wanted) {
			t.Errorf("nothing said of: %s", wanted)
		}
	}
	if len(reasons) != 4 {
		t.Error(got)
	}
}

func TestUnknownValuesPass(t *testing.T) {
	given := inputsOf(map[string]any{})
	given["name"] = resource.MakeComputed(resource.NewProperty(""))
	given["rules"] = resource.MakeComputed(resource.NewProperty(""))
	answer, err := rehearsalOf(t).Check(context.Background(), plugin.CheckRequest{URN: thing, News: given})
	if err != nil || len(answer.Failures) > 0 {
		t.Error(err, answer.Failures)
	}
}

func TestACreateIsMarkedAsRehearsedAndKeepsSecrets(t *testing.T) {
	stand := rehearsalOf(t)
	given := inputsOf(map[string]any{})
	given["name"] = resource.MakeSecret(resource.NewProperty("hidden"))
	made, err := stand.Create(context.Background(), plugin.CreateRequest{URN: thing, Properties: given})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(made.ID), mark) || !made.Properties["name"].IsSecret() {
		t.Error(made.ID, made.Properties)
	}
	want := resource.PropertyMap{
		"createdOn": resource.NewProperty("rehearsed-createdOn"), "note": resource.NewProperty(""), "size": resource.NewProperty(0.0),
		"hosts": resource.NewPropertyValue([]string{"rehearsed-hosts"}), "meta": resource.NewProperty(resource.PropertyMap{}),
	}
	for key, value := range want {
		if !made.Properties[key].DeepEquals(value) {
			t.Errorf("%s is %v", key, made.Properties[key])
		}
	}
	if _, has := made.Properties["comment"]; has {
		t.Error("an optional output was made up")
	}
	again, _ := stand.Create(context.Background(), plugin.CreateRequest{URN: thing, Properties: given})
	if again.ID != made.ID {
		t.Error("the ID changed")
	}
}

func TestAPreviewPromisesOnlyWhatWasGiven(t *testing.T) {
	made, err := rehearsalOf(t).Create(context.Background(), plugin.CreateRequest{
		URN: thing, Properties: inputsOf(map[string]any{"name": "n"}), Preview: true,
	})
	if err != nil || made.ID != "" || !made.Properties["createdOn"].IsComputed() || made.Properties["name"].StringValue() != "n" {
		t.Error(err, made)
	}
}

func TestOnlyAnotherZoneReplaces(t *testing.T) {
	diff := func(before, after map[string]any) plugin.DiffResponse {
		answer, err := rehearsalOf(t).Diff(context.Background(), plugin.DiffRequest{
			URN: thing, OldInputs: inputsOf(before), NewInputs: inputsOf(after),
		})
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	if got := diff(map[string]any{"name": "a"}, map[string]any{"name": "a"}); got.Changes != plugin.DiffNone {
		t.Error(got)
	}
	if got := diff(map[string]any{"name": "a"}, map[string]any{"name": "b"}); got.DetailedDiff["name"].Kind != plugin.DiffUpdate {
		t.Error(got)
	}
	if got := diff(map[string]any{"zoneId": "a"}, map[string]any{"zoneId": "b"}); got.DetailedDiff["zoneId"].Kind != plugin.DiffUpdateReplace {
		t.Error(got)
	}
}

func TestALookUpFindsWhatItIsAskedFor(t *testing.T) {
	answer, err := rehearsalOf(t).Invoke(context.Background(), plugin.InvokeRequest{
		Tok: "cloudflare:index/getThing:getThing", Args: inputsOf(map[string]any{"filter": map[string]any{"name": "example.com"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	found := answer.Properties
	if found["name"].StringValue() != "example.com" || !strings.HasPrefix(found["id"].StringValue(), mark) ||
		!found["thingId"].DeepEquals(found["id"]) || found["ipv4Cidrs"].ArrayValue()[0].StringValue() != "192.0.2.0/24" {
		t.Error(found)
	}
}

func TestATypeIsFoundInAFileWithOtherCapitals(t *testing.T) {
	stand := rehearsalOf(t)
	urn := resource.URN("urn:pulumi:dev::t::cloudflare:index/r2Thing:R2Thing::it")
	answer, err := stand.Check(context.Background(), plugin.CheckRequest{URN: urn, News: inputsOf(map[string]any{})})
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.Failures) == 0 {
		t.Error("its required properties are not known")
	}
}

func TestWhatThePackageDoesNotHaveIsSaid(t *testing.T) {
	stand := rehearsalOf(t)
	_, err := stand.Check(context.Background(), plugin.CheckRequest{URN: "urn:pulumi:dev::t::cloudflare:index/other:Other::it"})
	if err == nil || !strings.Contains(err.Error(), "has no type cloudflare:index/other:Other") {
		t.Error(err)
	}
	t.Chdir(t.TempDir())
	_, err = (&rehearsal{}).Check(context.Background(), plugin.CheckRequest{URN: thing})
	if err == nil || !strings.Contains(err.Error(), "npm install") {
		t.Error(err)
	}
}
