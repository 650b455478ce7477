package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

const cgroupMount = "/sys/fs/cgroup"

// Below our own group: the components, and the pods, which the kubelet groups itself.
const (
	systemGroup = "system"
	podsGroup   = "kubepods"
	podGrace    = 1500 * time.Millisecond
)

// hierarchies are the folders in which control groups are made: one for version 2, one a controller for version 1.
func hierarchies() []string {
	if _, err := os.Stat(filepath.Join(cgroupMount, "cgroup.controllers")); err == nil {
		return []string{cgroupMount}
	}
	var found []string
	seen := map[string]bool{}
	for _, entry := range mounts() {
		// A machine of version 1 may have version 2 beside it, without controllers; container runtimes use both.
		ours := strings.HasPrefix(entry.kind, "cgroup") && filepath.Dir(entry.point) == cgroupMount
		if ours && !seen[entry.point] {
			seen[entry.point] = true
			found = append(found, entry.point)
		}
	}
	return found
}

// joinCgroup moves this process, and so all it starts from now on, into our own control group.
func joinCgroup(name string) error {
	for _, hierarchy := range hierarchies() {
		group := filepath.Join(hierarchy, name)
		if err := os.MkdirAll(group, 0o755); err != nil {
			return err
		}
		// A new cpuset (version 1) is empty, and an empty one takes no process.
		if filepath.Base(hierarchy) == "cpuset" {
			for _, file := range []string{"cpuset.cpus", "cpuset.mems"} {
				value, err := os.ReadFile(filepath.Join(hierarchy, file))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(group, file), value, 0); err != nil {
					return err
				}
			}
			continue
		}
		inner := filepath.Join(group, systemGroup)
		if err := os.MkdirAll(inner, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(inner, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
			return err
		}
	}
	return nil
}

// members are the processes in a group and all below it, over every hierarchy.
func members(name string) []int {
	var found []int
	for _, hierarchy := range hierarchies() {
		_ = filepath.WalkDir(filepath.Join(hierarchy, name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.Name() != "cgroup.procs" {
				return nil // a group that went away while we looked
			}
			text, _ := os.ReadFile(path)
			for _, line := range strings.Fields(string(text)) {
				if pid, err := strconv.Atoi(line); err == nil {
					found = append(found, pid)
				}
			}
			return nil
		})
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// endPods asks every process of every pod to stop, and kills what is left after the grace.
func endPods(name string) { endGroup(filepath.Join(name, podsGroup), podGrace) }

// endGroup ends all processes of a group: asked first, killed after the grace. Those that appear meanwhile are ended too.
func endGroup(name string, grace time.Duration) {
	asked := map[int]*process{}
	kill := time.Now().Add(grace)
	for giveUp := kill.Add(killed); time.Now().Before(giveUp); {
		var left []*process
		for _, pid := range members(name) {
			if asked[pid] == nil {
				running, err := open(pid)
				if err != nil || pid == os.Getpid() {
					continue
				}
				asked[pid] = running
				_ = running.signal(unix.SIGTERM)
			}
			if !asked[pid].wait(0) {
				left = append(left, asked[pid])
			}
		}
		if len(left) == 0 {
			break
		}
		if time.Now().After(kill) {
			for _, running := range left {
				_ = running.signal(unix.SIGKILL)
			}
		}
		left[0].wait(20 * time.Millisecond)
	}
	for _, running := range asked {
		running.close()
	}
}

// removeGroups deletes a group and all below it; their processes have ended.
func removeGroups(name string) error {
	var problems []error
	for _, hierarchy := range hierarchies() {
		var groups []string
		_ = filepath.WalkDir(filepath.Join(hierarchy, name), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				groups = append(groups, path)
			}
			return nil
		})
		slices.Reverse(groups) // the innermost first
		for _, group := range groups {
			if err := removeGroup(group); err != nil {
				problems = append(problems, err)
			}
		}
	}
	return errors.Join(problems...)
}

// removeGroup tries again for a while: the kernel lets a group go a moment after its last process.
func removeGroup(group string) error {
	var err error
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if err = unix.Rmdir(group); err == nil || errors.Is(err, unix.ENOENT) {
			return nil
		}
	}
	return &os.PathError{Op: "rmdir", Path: group, Err: err}
}
