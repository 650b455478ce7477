package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// run takes the standby's place, then the leader's as soon as it is free, and leads.
func run(planFile string) error {
	plan, err := readPlan(planFile)
	if err != nil {
		return err
	}
	standby, err := lockFile(filepath.Join(plan.Run, "standby.lock"), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil // one leads and one stands by: nobody more is needed
	}
	if err != nil {
		return err
	}
	// The kernel gives the lock the moment the leader's process is gone, however it went.
	lead, err := lockFile(filepath.Join(plan.Run, "supervisor.lock"), unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer lead.Close()
	standby.Close()
	if plan, err = readPlan(planFile); err != nil { // it may have changed while standing by
		return err
	}
	return serve(planFile, plan)
}

func lockFile(file string, how int) (*os.File, error) {
	held, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err = unix.Flock(int(held.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err != nil {
		held.Close()
		return nil, err
	}
	return held, nil
}

// serve leads until it is told to stop.
func serve(planFile string, plan *Plan) error {
	if err := joinCgroup(plan.Cgroup); err != nil {
		return fmt.Errorf("cannot make the control group: %w", err)
	}
	if err := raiseNetwork(plan); err != nil {
		return fmt.Errorf("cannot make the pod network: %w", err)
	}
	ships := newFleet(planFile, plan)
	go ships.trimLogs()
	second := &understudy{planFile: planFile}
	go second.keep()
	return control(plan, ships, second)
}

// understudy is the second supervisor, which stands by.
type understudy struct {
	planFile string
	over     atomic.Bool
	child    atomic.Pointer[os.Process]
}

func (second *understudy) keep() {
	for !second.over.Load() {
		child := exec.Command("/proc/self/exe", "run", second.planFile)
		child.Args[0] = os.Args[0]
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		if err := child.Start(); err == nil {
			second.child.Store(child.Process)
			_ = child.Wait()
		}
		time.Sleep(time.Second) // at once gone again means that another stands by, and this one only looks after it
	}
}

// dismiss ends it, so that nobody takes over from a supervisor that was told to stop.
func (second *understudy) dismiss() {
	second.over.Store(true)
	if child := second.child.Load(); child != nil {
		_ = child.Kill()
	}
}
