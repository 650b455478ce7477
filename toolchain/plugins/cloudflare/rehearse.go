package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"slipway.dev/toolchain/plugins/internal/values"
)

// mark begins every text that Cloudflare would have given and a rehearsal made up.
const mark = "rehearsed-"

// identity is an ID that stays the same as long as what it is of does.
func identity(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	return mark + hex.EncodeToString(sum[:16])
}

// outputsFor is a resource's state: what was given, and made up values for what Cloudflare would add.
func outputsFor(outputs, inputs []field, given resource.PropertyMap) resource.PropertyMap {
	state := resource.PropertyMap{}
	for key, value := range given {
		state[key] = value
	}
	isInput := map[string]bool{}
	for _, declared := range inputs {
		isInput[declared.name] = true
	}
	for _, declared := range outputs {
		key := resource.PropertyKey(declared.name)
		kind, is := strings.CutPrefix(declared.kind, "pulumi.Output<")
		if set, has := state[key]; !is || has && !set.IsNull() || strings.HasSuffix(kind, "| undefined>") {
			continue
		}
		// An input that was left out gets a default of Cloudflare's, of which only the type is known.
		if made, possible := madeUp(declared.name, strings.TrimSuffix(kind, ">"), !isInput[declared.name]); possible {
			state[key] = made
		}
	}
	return state
}

func madeUp(name, kind string, marked bool) (resource.PropertyValue, bool) {
	switch {
	case strings.HasSuffix(kind, "[]"):
		if one, possible := madeUp(name, strings.TrimSuffix(kind, "[]"), marked); possible && marked && one.IsString() {
			return resource.NewProperty([]resource.PropertyValue{one}), true
		}
		return resource.NewProperty([]resource.PropertyValue{}), true
	case kind == "string" && marked:
		return resource.NewProperty(mark + name), true
	case kind == "string":
		return resource.NewProperty(""), true
	case kind == "number":
		return resource.NewProperty(0.0), true
	case kind == "boolean":
		return resource.NewProperty(false), true
	case strings.HasPrefix(kind, "outputs."), strings.HasPrefix(kind, "{"):
		return resource.NewProperty(resource.PropertyMap{}), true
	}
	return resource.PropertyValue{}, false
}

// documentation are address ranges that no host has (RFC 5737, RFC 3849): well formed wherever a range is wanted, and
// plainly not Cloudflare's.
var documentation = map[string][]string{
	"ipv4Cidrs": {"192.0.2.0/24", "198.51.100.0/24"},
	"ipv6Cidrs": {"2001:db8::/32"},
}

// answerFor is a look-up's result: what was asked for is found, with made up values for the rest.
func answerFor(token string, results []field, asked resource.PropertyMap) resource.PropertyMap {
	plain := values.PlainMap(asked)
	known := resource.PropertyMap{}
	for key, value := range values.Object(plain["filter"]) {
		known[key] = value
	}
	for key, value := range plain {
		known[key] = value
	}
	id := identity(token, fmt.Sprint(resource.NewProperty(plain)))
	answer := resource.PropertyMap{}
	for _, declared := range results {
		key := resource.PropertyKey(declared.name)
		switch given, has := known[key]; {
		case has && !given.IsNull():
			answer[key] = given
		case declared.name == "id":
			answer[key] = resource.NewProperty(id)
		case strings.HasSuffix(declared.name, "Id") && declared.kind == "string" && strings.Contains(strings.ToLower(token), strings.ToLower(strings.TrimSuffix(declared.name, "Id"))):
			answer[key] = resource.NewProperty(id) // getZone's zoneId is its id
		case documentation[declared.name] != nil:
			answer[key] = resource.NewPropertyValue(documentation[declared.name])
		case !declared.optional:
			if made, possible := madeUp(declared.name, declared.kind, true); possible {
				answer[key] = made
			}
		}
	}
	return answer
}
