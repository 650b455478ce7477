package main

import (
	"regexp"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const urn = resource.URN("urn:pulumi:dev::shop::kubernetes:core/v1:ConfigMap::settings")

func inputsOf(metadata map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
}

func TestAMadeUpNameIsTheResourcesWithEightHexDigits(t *testing.T) {
	seed := []byte("0123456789abcdef0123456789abcdef")
	name, err := autoname(inputsOf(nil), urn, seed, nil)
	if err != nil || !regexp.MustCompile(`^settings-[0-9a-f]{8}$`).MatchString(name) {
		t.Fatal(name, err)
	}
	if again, _ := autoname(inputsOf(nil), urn, seed, nil); again != name {
		t.Fatalf("the same seed gives %s and %s", name, again)
	}
}

func TestNoNameIsMadeUp(t *testing.T) {
	for title, metadata := range map[string]map[string]any{
		"where there is one":        {"name": "mine"},
		"where one is yet to come":  {"name": resource.MakeComputed(resource.NewStringProperty(""))},
		"where the server makes it": {"generateName": "a-"},
	} {
		if name, err := autoname(inputsOf(metadata), urn, nil, nil); name != "" || err != nil {
			t.Errorf("%s: %q %v", title, name, err)
		}
	}
}

func TestTheProjectsNamingIsFollowed(t *testing.T) {
	proposed := &pulumirpc.CheckRequest_AutonamingOptions{ProposedName: "dev-settings"}
	if name, _ := autoname(inputsOf(nil), urn, nil, proposed); name != "dev-settings" {
		t.Error(name)
	}
	off := &pulumirpc.CheckRequest_AutonamingOptions{Mode: pulumirpc.CheckRequest_AutonamingOptions_DISABLE}
	if _, err := autoname(inputsOf(nil), urn, nil, off); err == nil {
		t.Error("a name was made up although the project says not to")
	}
}

func TestAMadeUpNameIsKept(t *testing.T) {
	olds := inputsOf(nil)
	setAutoname(olds, "settings-12345678")
	if name, ok := adoptName(inputsOf(nil), olds); !ok || name != "settings-12345678" {
		t.Error(name, ok)
	}
	if name, ok := adoptName(inputsOf(nil), inputsOf(map[string]any{"name": "given"})); ok {
		t.Errorf("the name %s the program gave once is not made up", name)
	}
	if _, ok := adoptName(inputsOf(map[string]any{"name": "mine"}), olds); ok {
		t.Error("the program names it now")
	}
}
