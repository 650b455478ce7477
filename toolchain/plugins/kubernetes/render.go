package main

// renderYamlToDirectory: manifests in files instead of objects on a cluster, named as the official provider names
// them. Definitions lie in a folder of their own, to be applied first.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func (p *provider) filePath(obj *unstructured.Unstructured) string {
	folder := "1-manifest"
	if isCRD(kindOf(obj.Object)) {
		folder = "0-crd"
	}
	namespace := obj.GetNamespace()
	if namespace == "" {
		namespace = "default"
	}
	version := strings.NewReplacer("/", "_", ":", "_").Replace(obj.GetAPIVersion())
	name := fmt.Sprintf("%s-%s-%s-%s.yaml", version, strings.ToLower(obj.GetKind()), namespace, obj.GetName())
	return filepath.Join(p.settings.renderTo, folder, strings.ReplaceAll(name, string(filepath.Separator), "_"))
}

func (p *provider) writeFile(ctx context.Context, urn resource.URN, obj *unstructured.Unstructured) error {
	raw, err := json.Marshal(obj.Object)
	if err != nil {
		return err
	}
	text, err := yaml.JSONToYAML(raw)
	if err != nil {
		return err
	}
	path := p.filePath(obj)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the folder for rendered YAML cannot be made: %w", err)
	}
	// Only for the owner: a rendered Secret is in the clear.
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return fmt.Errorf("rendered YAML cannot be written: %w", err)
	}
	p.status(ctx, urn, "rendered %s", path)
	return nil
}

func (p *provider) createFile(ctx context.Context, urn resource.URN, inputs resource.PropertyMap, wanted *unstructured.Unstructured) (*pulumirpc.CreateResponse, error) {
	if err := p.writeFile(ctx, urn, wanted); err != nil {
		return nil, err
	}
	state, err := writeProperties("state", checkpoint(inputs, wanted, wanted.GetAPIVersion(), p.managerOf(wanted.Object, "")))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: idOf(wanted), Properties: state}, nil
}

func (p *provider) updateFile(ctx context.Context, urn resource.URN, inputs resource.PropertyMap, wanted *unstructured.Unstructured, last known) (*pulumirpc.UpdateResponse, error) {
	if err := p.writeFile(ctx, urn, wanted); err != nil {
		return nil, err
	}
	if before := p.filePath(last.live); before != p.filePath(wanted) {
		if err := os.Remove(before); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	state, err := writeProperties("state", checkpoint(inputs, wanted, firstVersion(last, wanted), last.manager))
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: state}, nil
}

func (p *provider) deleteFile(ctx context.Context, urn resource.URN, obj *unstructured.Unstructured) error {
	path := p.filePath(obj)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("rendered YAML cannot be deleted: %w", err)
	}
	p.status(ctx, urn, "deleted %s", path)
	return nil
}
