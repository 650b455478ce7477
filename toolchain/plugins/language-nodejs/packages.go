package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// GetRequiredPackages lists the providers whose SDKs lie in the program's node_modules.
func (h *host) GetRequiredPackages(
	_ context.Context, request *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	search := packageSearch{visited: map[string]bool{}}
	if err := search.program(request.GetInfo().GetProgramDirectory()); err != nil {
		// As far as they could be read, packages are still worth knowing.
		logging.V(3).Infof("reading node_modules: %v", err)
	}
	if warning := search.sdkMismatch(); warning != "" {
		fmt.Fprintln(os.Stderr, warning)
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: search.found}, nil
}

// packageSearch walks node_modules folders. Unlike a walk of every file it only looks where npm, yarn and pnpm put
// packages: some tens of folders instead of tens of thousands.
type packageSearch struct {
	visited map[string]bool
	found   []*pulumirpc.PackageDependency
	sdks    []sdkCopy
}

type sdkCopy struct{ path, version string }

// program searches below the program's folder, and where it is a workspace member, above it, as Node would.
func (s *packageSearch) program(folder string) error {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	failed := s.below(folder)
	for dir := filepath.Dir(folder); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if s.sdkSeen() {
			break
		}
		failed = errors.Join(failed, s.modules(filepath.Join(dir, "node_modules")))
	}
	return failed
}

// sdkSeen says whether the folders read so far can run a program at all; above them nothing more is looked up.
func (s *packageSearch) sdkSeen() bool { return len(s.sdks) > 0 }

// below finds node_modules in a folder of the program's own and in its subfolders.
func (s *packageSearch) below(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	var failed error
	for _, entry := range entries {
		name := entry.Name()
		path := filepath.Join(folder, name)
		switch {
		case name == "node_modules":
			failed = errors.Join(failed, s.modules(path))
		case !entry.IsDir() || strings.HasPrefix(name, "."):
		case isPolicyPack(path):
			// What a policy pack needs, the program does not.
		default:
			failed = errors.Join(failed, s.below(path))
		}
	}
	return failed
}

func isPolicyPack(folder string) bool {
	path, err := workspace.DetectPolicyPackPathAt(folder)
	return err == nil && path != ""
}

// modules reads one node_modules folder: its packages, its scopes' packages, and pnpm's store.
func (s *packageSearch) modules(folder string) error {
	real, err := filepath.EvalSymlinks(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if s.visited[real] {
		return nil
	}
	s.visited[real] = true
	entries, err := os.ReadDir(real)
	if err != nil {
		return err
	}
	var failed error
	for _, entry := range entries {
		name := entry.Name()
		path := filepath.Join(real, name)
		switch {
		case name == ".pnpm":
			stored, err := filepath.Glob(filepath.Join(path, "*", "node_modules"))
			failed = errors.Join(failed, err)
			for _, modules := range stored {
				failed = errors.Join(failed, s.modules(modules))
			}
		case strings.HasPrefix(name, "."):
		case strings.HasPrefix(name, "@"):
			scoped, err := os.ReadDir(path)
			failed = errors.Join(failed, err)
			for _, inner := range scoped {
				failed = errors.Join(failed, s.module(filepath.Join(path, inner.Name())))
			}
		default:
			failed = errors.Join(failed, s.module(path))
		}
	}
	return failed
}

// module reads one package and the node_modules of its own.
func (s *packageSearch) module(folder string) error {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return err
	}
	if s.visited[real] {
		return nil
	}
	s.visited[real] = true
	failed := s.modules(filepath.Join(real, "node_modules"))
	manifest := filepath.Join(real, "package.json")
	text, err := os.ReadFile(manifest)
	if errors.Is(err, fs.ErrNotExist) {
		return failed
	} else if err != nil {
		return errors.Join(failed, err)
	}
	var described packageJSON
	if err := json.Unmarshal(text, &described); err != nil {
		return errors.Join(failed, fmt.Errorf("%s: %w", manifest, err))
	}
	if described.Name == "@pulumi/pulumi" {
		s.sdks = append(s.sdks, sdkCopy{path: manifest, version: described.Version})
	}
	dependency, err := described.dependency()
	if err != nil {
		return errors.Join(failed, fmt.Errorf("%s: %w", manifest, err))
	}
	if dependency != nil {
		s.found = append(s.found, dependency)
	}
	return failed
}

// sdkMismatch warns of two SDKs that cannot work together in one program.
func (s *packageSearch) sdkMismatch() string {
	for _, other := range s.sdks {
		first := s.sdks[0]
		if major(other.version) != major(first.version) {
			return fmt.Sprintf("Found incompatible versions of @pulumi/pulumi. Differing major versions are not supported.\n"+
				"  Version %s referenced at %s\n  Version %s referenced at %s",
				first.version, first.path, other.version, other.path)
		}
	}
	return ""
}

func major(version string) string {
	number, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	return number
}

// packageJSON is what of a package's manifest says which provider it is the SDK of.
type packageJSON struct {
	Name    string          `json:"name"`
	Version string          `json:"version"`
	Pulumi  json.RawMessage `json:"pulumi"`
}

func (p packageJSON) dependency() (*pulumirpc.PackageDependency, error) {
	var section plugin.PulumiPluginJSON
	// Other tools use the same key for things of their own: only an object with `resource: true` speaks to us.
	if len(p.Pulumi) == 0 || json.Unmarshal(p.Pulumi, &section) != nil || !section.Resource {
		return nil, nil
	}
	name := section.Name
	if name == "" {
		scoped, official := strings.CutPrefix(p.Name, "@pulumi/")
		if !official {
			return nil, fmt.Errorf("the third-party package %q names no plugin: its \"pulumi\" section needs a \"name\"", p.Name)
		}
		name = scoped
	}
	version := section.Version
	if version == "" {
		version = p.Version
	}
	if version == "" {
		return nil, fmt.Errorf("the package %q has no version", p.Name)
	}
	dependency := &pulumirpc.PackageDependency{
		Name: name, Kind: "resource", Version: "v" + strings.TrimPrefix(version, "v"), Server: section.Server,
	}
	if given := section.Parameterization; given != nil {
		dependency.Parameterization = &pulumirpc.PackageParameterization{
			Name: given.Name, Version: given.Version, Value: given.Value,
		}
	}
	if given := section.ExtensionParameterization; given != nil {
		dependency.Extension = &pulumirpc.PackageParameterization{
			Name: given.Name, Version: given.Version, Value: given.Value,
		}
	}
	return dependency, nil
}
