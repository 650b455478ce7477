package main

import (
	"archive/tar"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"google.golang.org/protobuf/encoding/protowire"
)

func folderWith(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func digestOf(t *testing.T, folder string) string {
	t.Helper()
	opened, err := openContext(buildSpec{context: folder, dockerfile: filepath.Join(folder, "Dockerfile")})
	if err != nil {
		t.Fatal(err)
	}
	digest, err := opened.digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest
}

func TestTheDigestSeesWhatTheEngineWouldSee(t *testing.T) {
	root := folderWith(t, map[string]string{
		"Dockerfile": "FROM scratch", "a.txt": "a", "sub/b.txt": "b", "x.log": "x", ".dockerignore": "*.log\n",
	})
	change := func(name string, work func(path string) error) bool {
		t.Helper()
		before := digestOf(t, root)
		if err := work(filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
		return digestOf(t, root) != before
	}
	write := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o644) }
	}
	for what, changed := range map[string]bool{
		"a content":          change("a.txt", write("other")),
		"a new file":         change("c.txt", write("")),
		"the Dockerfile":     change("Dockerfile", write("FROM scratch\nCOPY . /")),
		"a file made to run": change("a.txt", func(path string) error { return os.Chmod(path, 0o755) }),
		"a link":             change("link", func(path string) error { return os.Symlink("a.txt", path) }),
		"a link's target":    change("link", func(path string) error { return errors.Join(os.Remove(path), os.Symlink("c.txt", path)) }),
		"a removed file":     change("sub/b.txt", os.Remove),
		"what is ignored":    change(".dockerignore", write("*.log\nc.txt\n")),
	} {
		if !changed {
			t.Errorf("%s went unseen", what)
		}
	}
	for what, changed := range map[string]bool{
		"an ignored file": change("x.log", write("y")),
		"a time":          change("a.txt", func(path string) error { return os.Chtimes(path, time.Time{}, time.Unix(1, 0)) }),
		"a group's right": change("a.txt", func(path string) error { return os.Chmod(path, 0o775) }),
	} {
		if changed {
			t.Errorf("%s counted", what)
		}
	}
}

func namesIn(t *testing.T, opened *buildContext) []string {
	t.Helper()
	stream, err := opened.archive()
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var names []string
	for entries := tar.NewReader(stream); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return names
		} else if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 {
			t.Errorf("%s belongs to %d:%d", header.Name, header.Uid, header.Gid)
		}
		names = append(names, header.Name)
	}
}

func TestIgnoringTheBuildFilesStillSendsThem(t *testing.T) {
	root := folderWith(t, map[string]string{"Dockerfile": "", "a": "", "b": "", ".dockerignore": "*\n!a\n"})
	opened, err := openContext(buildSpec{context: root, dockerfile: filepath.Join(root, "Dockerfile")})
	if err != nil {
		t.Fatal(err)
	}
	names := namesIn(t, opened)
	slices.Sort(names)
	if got := strings.Join(names, " "); got != ".dockerignore Dockerfile a" {
		t.Error(got)
	}
}

func TestADockerfileOutsideTheContextGoesAlong(t *testing.T) {
	root := folderWith(t, map[string]string{"app/a": "", "Other": "FROM scratch", "Other.dockerignore": "b\n", "app/b": ""})
	opened, err := openContext(buildSpec{context: filepath.Join(root, "app"), dockerfile: filepath.Join(root, "Other")})
	if err != nil {
		t.Fatal(err)
	}
	if names := namesIn(t, opened); !slices.Contains(names, opened.inContext) || !slices.Contains(names, "a") || slices.Contains(names, "b") {
		t.Error(names, opened.inContext)
	}
}

func TestAWrongPlaceIsExplained(t *testing.T) {
	root := folderWith(t, map[string]string{"app/Dockerfile": ""})
	t.Chdir(root)
	_, err := openContext(buildSpec{context: "app", dockerfile: "Dockerfile"})
	if err == nil || !strings.Contains(err.Error(), `write "app/Dockerfile"`) {
		t.Error(err)
	}
	_, err = openContext(buildSpec{context: "nowhere", dockerfile: "nowhere/Dockerfile"})
	if err == nil || !strings.Contains(err.Error(), `"nowhere" is no folder`) {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	for _, each := range []struct {
		spec   imageSpec
		reason string
	}{
		{imageSpec{name: "ghcr.io/acme/api:1"}, ""},
		{imageSpec{name: "acme/api:1", skipPush: true}, ""},
		{imageSpec{name: "acme/api:1"}, `write "docker.io/acme/api:1"`},
		{imageSpec{name: "ACME!", skipPush: true}, "is not an image name"},
		{imageSpec{name: "ghcr.io/a/b@sha256:" + strings.Repeat("0", 64)}, "write a tag"},
		{imageSpec{name: "ghcr.io/a/b", registry: credentials{server: "https://quay.io/v2/"}}, "the server is quay.io"},
		{imageSpec{name: "docker.io/a/b", registry: credentials{server: "https://index.docker.io/v1/"}}, ""},
	} {
		problems := each.spec.checkName()
		if each.reason == "" && len(problems) > 0 || each.reason != "" && (len(problems) != 1 || !strings.Contains(problems[0].reason, each.reason)) {
			t.Errorf("%s: %v", each.spec.name, problems)
		}
	}
}

func TestNewCredentialsAloneAreNoChange(t *testing.T) {
	inputs := func(server, password string) resource.PropertyMap {
		return resource.NewPropertyMapFromMap(map[string]any{
			"imageName": "r/x:1", "registry": map[string]any{"server": server, "username": "u", "password": password},
		})
	}
	diff := func(before, after resource.PropertyMap) plugin.DiffChanges {
		answer, err := (&dockerProvider{}).Diff(context.Background(), plugin.DiffRequest{
			URN:        resource.URN("urn:pulumi:dev::t::" + imageType + "::i"),
			OldOutputs: resource.PropertyMap{"__inputs": resource.MakeSecret(resource.NewProperty(before))}, NewInputs: after,
		})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Changes
	}
	if diff(inputs("a", "one"), inputs("a", "two")) != plugin.DiffNone {
		t.Error("a new password counted")
	}
	if diff(inputs("a", "one"), inputs("b", "one")) != plugin.DiffSome {
		t.Error("another server went unseen")
	}
}

func TestSecretsAreKeptOutOfWhatIsShown(t *testing.T) {
	var shown []string
	docker := &engine{say: func(line string) { shown = append(shown, line) }, secret: []string{"hunter2"}}
	_, err := docker.follow(strings.NewReader(`{"stream":"Step 1 : RUN echo hunter2\n"}{"error":"failed with hunter2"}`))
	if err == nil || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "Step 1") {
		t.Error(err)
	}
	if strings.Contains(strings.Join(shown, "\n"), "hunter2") {
		t.Error(shown)
	}
}

func TestBuildKitsNotesAreRead(t *testing.T) {
	field := func(number protowire.Number, content string) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), []byte(content))
	}
	running := field(1, string(field(3, "[2/2] RUN make")))
	failed := field(1, string(append(field(3, "[2/2] RUN make"), append(field(6, ""), field(7, "exit code: 2")...)...)))
	output := field(3, string(append(field(1, "sha256:x"), field(4, "cc: not found\n")...)))
	note, err := json.Marshal(base64.StdEncoding.EncodeToString(slices.Concat(running, output, failed)))
	if err != nil {
		t.Fatal(err)
	}
	steps, lines := traceLines(note)
	if strings.Join(steps, "|") != "[2/2] RUN make" || strings.Join(lines, "|") != "cc: not found\n|[2/2] RUN make: exit code: 2" {
		t.Errorf("%q %q", steps, lines)
	}
}
