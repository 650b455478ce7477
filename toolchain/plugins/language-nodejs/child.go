package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// A program that was interrupted gets this long to end by itself.
const grace = 5 * time.Second

// childProcess is a process that ends with its context: first interrupted, then killed, and killed by the kernel if
// this host dies without a word.
func childProcess(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Cancel = func() error {
		if err := command.Process.Signal(os.Interrupt); err != nil {
			return command.Process.Kill()
		}
		return nil
	}
	command.WaitDelay = grace
	dieWithParent(command)
	return command
}

// startChild starts it and tells where its debugger waits, if it has one. A child nobody can attach to is ended.
func startChild(ctx context.Context, end context.CancelFunc, command *exec.Cmd, debugger *inspector) error {
	if err := command.Start(); err != nil {
		return fmt.Errorf("node could not be started: %w", err)
	}
	if debugger == nil {
		return nil
	}
	if err := debugger.announce(ctx, command.Process.Pid); err != nil {
		end()
		return errors.Join(err, command.Wait())
	}
	return nil
}

// onOneThread runs what starts a child and waits for it. The kernel ties "die with the parent" to the thread that
// forked, and Go would end or reuse that thread at will.
func onOneThread(work func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		result <- work()
	}()
	return <-result
}
