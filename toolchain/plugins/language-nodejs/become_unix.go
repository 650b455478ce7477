//go:build unix

package main

import (
	"os"
	"syscall"
)

// becomeNode turns this process into Node running a module of the SDK that the working directory's project uses.
func becomeNode(module string, arguments []string) error {
	node, script, err := nodeAndModule(module)
	if err != nil {
		return err
	}
	return syscall.Exec(node, append([]string{node, script}, arguments...), os.Environ())
}
