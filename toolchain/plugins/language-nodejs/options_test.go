package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
)

func TestNodeArgumentsSplitAsAShellWould(t *testing.T) {
	for text, want := range map[string][]string{
		"":                               nil,
		"  --a   -b ":                    {"--a", "-b"},
		`--title "two words" c`:          {"--title", "two words", "c"},
		`'it is' "say \"x\" \n" a\ b ""`: {"it is", `say "x" \n`, "a b", ""},
	} {
		got, err := splitWords(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %q %v", text, got, err)
		}
	}
	for _, open := range []string{`"a`, `'a`, `a\`} {
		if _, err := splitWords(open); err == nil {
			t.Errorf("%s was taken", open)
		}
	}
}

func TestRuntimeOptions(t *testing.T) {
	standard, err := parseOptions(nil)
	if err != nil || !standard.typescript || standard.packageManager != npm.AutoPackageManager {
		t.Error(standard, err)
	}
	chosen, err := parseOptions(map[string]any{
		"typescript": false, "tsconfig": "a.json", "nodeargs": "--x", "packagemanager": "pnpm",
	})
	if err != nil || chosen.typescript || chosen.tsconfig != "a.json" || chosen.nodeArguments[0] != "--x" ||
		chosen.packageManager != npm.PnpmPackageManager {
		t.Error(chosen, err)
	}
	_, err = parseOptions(map[string]any{"typescript": "yes", "nodeargs": 1, "packagemanager": "cargo"})
	for _, part := range []string{"typescript option must be a boolean", "nodeargs option must be a string", `got "cargo"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not say: %s", err, part)
		}
	}
}

func TestConfigKeysAreWrittenTheLongWay(t *testing.T) {
	text, err := configJSON(map[string]string{"shop:port": "8080"})
	if err != nil || text != `{"shop:config:port":"8080"}` {
		t.Error(text, err)
	}
}

func TestRunningOutOfMemoryIsNoticedAcrossWrites(t *testing.T) {
	watch := &memoryWatch{}
	for _, chunk := range []string{"FATAL ERROR: ... JavaScript he", "ap out of memory\n"} {
		if _, err := watch.Write([]byte(chunk)); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(watch.advice(), "--max-old-space-size") {
		t.Error("not noticed")
	}
	calm := &memoryWatch{}
	if _, err := calm.Write([]byte("all is well\n")); err != nil || calm.advice() != "" {
		t.Error("noticed what was not there")
	}
}
