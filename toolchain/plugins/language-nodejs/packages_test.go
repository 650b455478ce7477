package main

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
)

// tree writes files below a folder of the test's own.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func packagesOf(t *testing.T, folder string) ([]string, *packageSearch) {
	t.Helper()
	search := &packageSearch{visited: map[string]bool{}}
	if err := search.program(folder); err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, found := range search.found {
		names = append(names, found.Name+" "+found.Version)
	}
	sort.Strings(names)
	return names, search
}

const randomSDK = `{"name":"@pulumi/random","version":"4.21.2","pulumi":{"resource":true,"name":"random"}}`

func TestRequiredPackagesAreThoseWithAPulumiSection(t *testing.T) {
	root := tree(t, map[string]string{
		"node_modules/@pulumi/random/package.json":              randomSDK,
		"node_modules/@pulumi/pulumi/package.json":              `{"name":"@pulumi/pulumi","version":"3.259.0"}`,
		"node_modules/@pulumi/nameless/package.json":            `{"name":"@pulumi/nameless","version":"v1.0.0","pulumi":{"resource":true}}`,
		"node_modules/other/package.json":                       `{"name":"other","version":"1.0.0","pulumi":"not an object"}`,
		"node_modules/off/package.json":                         `{"name":"off","version":"1.0.0","pulumi":{"resource":false}}`,
		"node_modules/a/node_modules/third/package.json":        `{"name":"third","version":"2.0.0","pulumi":{"resource":true,"name":"tri","version":"2.1.0"}}`,
		"node_modules/.pnpm/x@1/node_modules/deep/package.json": `{"name":"deep","version":"1.2.3","pulumi":{"resource":true,"name":"deep"}}`,
		"lib/node_modules/sub/package.json":                     `{"name":"sub","version":"1.0.0","pulumi":{"resource":true,"name":"sub"}}`,
		"policies/PulumiPolicy.yaml":                            "runtime: nodejs\n",
		"policies/node_modules/pack/package.json":               `{"name":"pack","version":"1.0.0","pulumi":{"resource":true,"name":"pack"}}`,
	})
	if err := os.Symlink("..", filepath.Join(root, "node_modules", "loop")); err != nil {
		t.Fatal(err)
	}
	names, _ := packagesOf(t, root)
	want := "deep v1.2.3,nameless v1.0.0,random v4.21.2,sub v1.0.0,tri v2.1.0"
	if got := strings.Join(names, ","); got != want {
		t.Errorf("%s\nnot %s", got, want)
	}
}

func TestAWorkspaceMemberFindsThePackagesAboveIt(t *testing.T) {
	root := tree(t, map[string]string{
		"node_modules/@pulumi/random/package.json": randomSDK,
		"apps/one/package.json":                    "{}",
	})
	names, _ := packagesOf(t, filepath.Join(root, "apps", "one"))
	if len(names) != 1 {
		t.Error(names)
	}
}

func TestTwoMajorVersionsOfTheSDKAreWarnedOf(t *testing.T) {
	root := tree(t, map[string]string{
		"node_modules/@pulumi/pulumi/package.json":                `{"name":"@pulumi/pulumi","version":"3.259.0"}`,
		"node_modules/a/node_modules/@pulumi/pulumi/package.json": `{"name":"@pulumi/pulumi","version":"2.1.0"}`,
	})
	_, search := packagesOf(t, root)
	if warning := search.sdkMismatch(); !strings.Contains(warning, "Version 2.1.0") {
		t.Error(warning)
	}
}

func TestTheSDKIsFoundAsNodeWould(t *testing.T) {
	root := tree(t, map[string]string{
		"node_modules/@pulumi/pulumi/cmd/run/index.js": "",
		"apps/one/x": "",
	})
	found, err := locate("@pulumi/pulumi/cmd/run", filepath.Join(root, "apps", "one"), "pulumi install")
	if err != nil || found != filepath.Join(root, "node_modules/@pulumi/pulumi/cmd/run/index.js") {
		t.Error(found, err)
	}
	if _, err := locate("@pulumi/pulumi/cmd/nothing", root, "pulumi install"); err == nil || !strings.Contains(err.Error(), "pulumi install") {
		t.Error(err)
	}
}
