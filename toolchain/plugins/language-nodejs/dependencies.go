package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// InstallDependencies runs the project's package manager, found by its lock file where none is named, and streams
// what it says.
func (h *host) InstallDependencies(
	request *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	streams, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, request.GetIsTerminal())
	if err != nil {
		return err
	}
	defer streams.Close()
	chosen, err := parseOptions(request.GetInfo().GetOptions().AsMap())
	if err != nil {
		return err
	}
	if _, err := findNode(); err != nil {
		return err
	}
	folder := request.GetInfo().GetProgramDirectory()
	fmt.Fprint(stdout, "Installing dependencies...\n\n")
	switch root, err := npm.FindWorkspaceRoot(folder); {
	case err == nil:
		fmt.Fprintf(stdout, "Detected workspace root at %s\n", root)
		folder = root
	case !errors.Is(err, npm.ErrNotInWorkspace):
		return fmt.Errorf("the workspace's root could not be found: %w", err)
	}

	ended, end := context.WithCancel(h.cancelled)
	defer end()
	defer context.AfterFunc(server.Context(), end)()
	if _, err := npm.Install(ended, chosen.packageManager, folder, false, stdout, stderr); err != nil {
		return err
	}
	fmt.Fprint(stdout, "Finished installing dependencies\n\n")
	return streams.Close()
}

// GetProgramDependencies lists the npm packages in the project's lock file, for `pulumi about`.
func (h *host) GetProgramDependencies(
	ctx context.Context, request *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	folder := request.GetInfo().GetProgramDirectory()
	manager, err := packageManager(request.GetInfo())
	if err != nil {
		return nil, err
	}
	packages, err := manager.ListPackages(ctx, folder, request.GetTransitiveDependencies())
	if err != nil {
		return nil, fmt.Errorf("the packages in use could not be listed: %w", err)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, listed := range packages {
		response.Dependencies = append(response.Dependencies,
			&pulumirpc.DependencyInfo{Name: listed.Name, Version: listed.Version})
	}
	return response, nil
}

// About says which Node and package manager are in use.
func (h *host) About(ctx context.Context, request *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	node, err := findNode()
	if err != nil {
		return nil, err
	}
	manager, err := packageManager(request.GetInfo())
	if err != nil {
		return nil, err
	}
	var version, managerVersion string
	var both sync.WaitGroup
	both.Go(func() {
		// A version that cannot be had is left out, as it is not worth failing `pulumi about` for.
		if output, err := exec.CommandContext(ctx, node, "--version").Output(); err == nil {
			version = strings.TrimSpace(string(output))
		}
	})
	both.Go(func() {
		if found, err := manager.Version(); err == nil {
			managerVersion = found.String()
		}
	})
	both.Wait()
	return &pulumirpc.AboutResponse{
		Executable: node,
		Version:    version,
		Metadata:   map[string]string{"packagemanager": manager.Name(), "packagemanagerVersion": managerVersion},
	}, nil
}

// RuntimeOptionsPrompts has `pulumi new` ask for the package manager.
func (h *host) RuntimeOptionsPrompts(
	_ context.Context, request *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	if _, chosen := request.GetInfo().GetOptions().AsMap()["packagemanager"]; chosen {
		return &pulumirpc.RuntimeOptionsResponse{}, nil
	}
	return &pulumirpc.RuntimeOptionsResponse{Prompts: []*pulumirpc.RuntimeOptionPrompt{{
		Key:         "packagemanager",
		Description: "The package manager to use for installing dependencies",
		PromptType:  pulumirpc.RuntimeOptionPrompt_STRING,
		Choices:     plugin.MakeExecutablePromptChoices("npm", "pnpm", "yarn", "bun"),
		Default: &pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{
			PromptType: pulumirpc.RuntimeOptionPrompt_STRING, StringValue: "npm",
		},
	}}}, nil
}

func packageManager(info *pulumirpc.ProgramInfo) (npm.PackageManager, error) {
	chosen, err := parseOptions(info.GetOptions().AsMap())
	if err != nil {
		return nil, err
	}
	manager, err := npm.ResolvePackageManager(chosen.packageManager, info.GetProgramDirectory())
	if err != nil {
		return nil, fmt.Errorf("no package manager for the program: %w", err)
	}
	return manager, nil
}
