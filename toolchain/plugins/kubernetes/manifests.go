package main

// Manifests: YAML text, files, web addresses, globs and kustomizations read into objects, and the order among them.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Manifests of operators run to some megabytes; what is larger is no manifest.
const (
	mostManifest    = 64 << 20
	downloadTimeout = time.Minute
)

// parseManifests reads every document of a YAML or JSON text; from names the text in errors.
func parseManifests(from, text string) ([]object, error) {
	decoder := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(text), 4096)
	var objects []object
	for n := 1; ; n++ {
		var raw json.RawMessage
		err := decoder.Decode(&raw)
		if errors.Is(err, io.EOF) {
			return objects, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d of %s is no YAML: %w", n, from, err)
		}
		if len(raw) == 0 || string(raw) == "null" {
			continue
		}
		// Unstructured's own reader keeps whole numbers whole.
		obj := &unstructured.Unstructured{}
		err = obj.UnmarshalJSON(raw)
		if err == nil && obj.GetAPIVersion() == "" {
			err = errors.New("apiVersion is not set")
		}
		if err != nil {
			return nil, fmt.Errorf("document %d of %s is no Kubernetes object; apiVersion and kind must be set: %w", n, from, err)
		}
		objects = append(objects, obj.Object)
	}
}

// expandLists puts the items of lists, however deep, in the lists' places.
func expandLists(objects []object) []object {
	var out []object
	for _, obj := range objects {
		items, isList := obj["items"].([]any)
		if !isList || !strings.HasSuffix(textIn(obj, "kind"), "List") {
			out = append(out, obj)
			continue
		}
		var inner []object
		for _, item := range items {
			if fields, ok := item.(object); ok {
				inner = append(inner, fields)
			}
		}
		out = append(out, expandLists(inner)...)
	}
	return out
}

// readManifests reads a path, a glob or a web address.
func readManifests(ctx context.Context, place string) ([]object, error) {
	if address, err := url.Parse(place); err == nil && (address.Scheme == "http" || address.Scheme == "https") {
		text, err := download(ctx, place)
		if err != nil {
			return nil, err
		}
		return parseManifests(place, text)
	}
	paths := []string{place}
	if strings.ContainsAny(place, "*?[") {
		found, err := filepath.Glob(place)
		if err != nil {
			return nil, fmt.Errorf("%s is no pattern of file names: %w", place, err)
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("no file matches %s", place)
		}
		paths = found
	}
	var objects []object
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("the manifest cannot be read: %w", err)
		}
		more, err := parseManifests(path, string(text))
		if err != nil {
			return nil, err
		}
		objects = append(objects, more...)
	}
	return objects, nil
}

func download(ctx context.Context, address string) (string, error) {
	ctx, done := context.WithTimeout(ctx, downloadTimeout)
	defer done()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", fmt.Errorf("the manifest cannot be fetched: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("the manifest cannot be fetched: %s answers %s", address, response.Status)
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, mostManifest))
	return string(text), err
}

func kustomize(directory string) ([]object, error) {
	result, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), directory)
	if err != nil {
		return nil, fmt.Errorf("the kustomization in %s cannot be built: %w", directory, err)
	}
	text, err := result.AsYaml()
	if err != nil {
		return nil, err
	}
	return parseManifests(directory, string(text))
}
