//go:build !unix

package main

import (
	"errors"
	"os"
	"os/exec"
)

// becomeNode runs Node in this process's place where a process cannot be replaced.
func becomeNode(module string, arguments []string) error {
	node, script, err := nodeAndModule(module)
	if err != nil {
		return err
	}
	command := exec.Command(node, append([]string{script}, arguments...)...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	return err
}
