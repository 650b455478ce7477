package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// marker is the variable that tells a component's processes from everybody else's. It is inherited, so a component
// is known by the marker and by running the very executable its plan names.
const marker = "SLIPWAY_COMPONENT"

// process is a running program, our child or not, held by a descriptor that can never come to mean another one.
type process struct {
	pid     int
	command []string
	pidfd   int
}

func open(pid int) (*process, error) {
	pidfd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return nil, err
	}
	// Read after the descriptor is held: if the program had ended before, the descriptor tells.
	command, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		unix.Close(pidfd)
		return nil, err
	}
	held := &process{pid: pid, pidfd: pidfd}
	for _, word := range bytes.Split(bytes.TrimSuffix(command, []byte{0}), []byte{0}) {
		held.command = append(held.command, string(word))
	}
	return held, nil
}

func (running *process) close() { unix.Close(running.pidfd) }

func (running *process) signal(signal unix.Signal) error {
	return unix.PidfdSendSignal(running.pidfd, signal, nil, 0)
}

// wait answers true when the program has ended, false when the time is over. A negative time waits for good.
func (running *process) wait(limit time.Duration) bool {
	until := time.Now().Add(limit)
	for {
		rest := -1
		if limit >= 0 {
			rest = max(0, int(time.Until(until).Milliseconds()))
		}
		count, err := unix.Poll([]unix.PollFd{{Fd: int32(running.pidfd), Events: unix.POLLIN}}, rest)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		return count > 0
	}
}

// end asks the program to stop, and kills it when it has not within its grace.
func (running *process) end(grace time.Duration) {
	if running.signal(unix.SIGTERM) == nil && !running.wait(grace) {
		_ = running.signal(unix.SIGKILL)
		running.wait(killed)
	}
}

// killed is how long a killed process may take to be gone; longer means it hangs in the kernel.
const killed = 5 * time.Second

// findComponent looks for a running program of that component.
func findComponent(name, executable string) *process {
	for _, pid := range pids() {
		if !isMarked(pid, name) {
			continue
		}
		found, err := open(pid)
		if err != nil {
			continue // ended meanwhile
		}
		if found.command[0] == executable && !found.wait(0) {
			return found
		}
		found.close()
	}
	return nil
}

func isMarked(pid int, name string) bool {
	environment, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(bytes.Split(environment, []byte{0}), func(entry []byte) bool {
		return string(entry) == marker+"="+name
	})
}

func pids() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			found = append(found, pid)
		}
	}
	return found
}
