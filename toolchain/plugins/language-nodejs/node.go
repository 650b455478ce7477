package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"slipway.dev/toolchain/plugins/internal/node"
)

// findNode is the node on PATH, so that a version manager's choice holds.
func findNode() (string, error) {
	found, err := exec.LookPath("node")
	if err != nil {
		return "", errors.New("could not find node on the $PATH: install Node, or put its folder on PATH")
	}
	return found, nil
}

// locate finds a module of the Pulumi SDK as Node's require would from a folder. It is done here because starting
// Node only to ask it costs a tenth of a second or more in every run.
func locate(module, from, install string) (string, error) {
	folder, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	if found := node.Resolve(module, folder); found != "" {
		return found, nil
	}
	// Yarn's plug'n'play has no node_modules; only its own loader knows where things are.
	for dir := folder; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		loader := filepath.Join(dir, ".pnp.cjs")
		if _, err := os.Stat(loader); err == nil {
			return askNode(module, folder, loader)
		}
	}
	return "", fmt.Errorf(
		"It looks like the Pulumi SDK has not been installed: %s is not found from %s. Have you run %s?",
		module, folder, install)
}

// nodeAndModule is what it takes to run a module of the SDK that the working directory's project uses.
func nodeAndModule(module string) (program, script string, err error) {
	if program, err = findNode(); err != nil {
		return "", "", err
	}
	script, err = locate(module, ".", "pulumi install")
	return program, script, err
}

// askNode lets Node resolve the module where a loader decides.
func askNode(module, folder, loader string) (string, error) {
	program, err := findNode()
	if err != nil {
		return "", err
	}
	command := exec.Command(program, "--require", loader, "-p", fmt.Sprintf("require.resolve(%q)", module))
	command.Dir = folder
	output, err := command.Output()
	if err != nil {
		detail := err.Error()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			detail = strings.TrimSpace(string(exit.Stderr))
		}
		return "", fmt.Errorf("node could not find %s from %s: %s", module, folder, detail)
	}
	return strings.TrimSpace(string(output)), nil
}
