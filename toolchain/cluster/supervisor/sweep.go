package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

const ciliumFolder = "/var/run/cilium"

// What components and CNI plugins make outside of our folders, whatever they are told. Each is removed if it is empty
// then and was not there before.
var foreignFolders = []string{
	"/var/log/containers", "/var/lib/cni/results", "/var/lib/cni/networks", "/var/lib/cni", "/run/cni", "/var/lib/kubelet/device-plugins",
	"/var/lib/kubelet", "/var/run/kubernetes", ciliumFolder, "/opt/containerd/bin", "/opt/containerd/lib", "/opt/containerd",
	"/etc/cni/net.d", "/etc/cni", "/usr/libexec/kubernetes/kubelet-plugins/volume/exec",
	"/usr/libexec/kubernetes/kubelet-plugins/volume", "/usr/libexec/kubernetes/kubelet-plugins", "/usr/libexec/kubernetes",
	"/run/containerd/io.containerd.runtime.v2.task", "/run/containerd/io.containerd.runtime.v1.linux", "/run/containerd/fifo",
	"/run/containerd/s", "/run/containerd/runc/k8s.io", "/run/containerd/runc", "/run/containerd",
}

// sweep removes everything a cluster of that plan leaves on the machine but its data: what runs, what is mounted, links,
// rules, groups and sockets. It is the end of every stop, and all of it after everything was killed.
func sweep(planFile string) error {
	plan, err := readPlan(planFile)
	if err != nil {
		return err
	}
	var before machine
	if text, err := os.ReadFile(machineFile(plan)); err == nil {
		if err := json.Unmarshal(text, &before); err != nil {
			return err
		}
	}
	// Without its plan no standby takes over from the supervisor that is killed now.
	if err := os.Remove(filepath.Join(plan.Run, "plan.json")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	endGroup(plan.Cgroup, 0)
	problems := []error{
		unmountBelow(plan.Run, plan.State),
		lowerNetwork(plan, before),
		removeGroups(plan.Cgroup),
		removeForeign(plan, before),
	}
	if err := errors.Join(problems...); err != nil {
		return err // the run folder knows what was there before: it stays until all is done
	}
	return os.RemoveAll(plan.Run)
}

// removeForeign takes away what components leave outside of our folders.
func removeForeign(plan *Plan, before machine) error {
	var problems []error
	// The kubelet links each log there; ours lead into our folders.
	const links = "/var/log/containers"
	entries, _ := os.ReadDir(links)
	for _, entry := range entries {
		path := filepath.Join(links, entry.Name())
		if target, err := os.Readlink(path); err == nil && (strings.HasPrefix(target, plan.State+"/") || strings.HasPrefix(target, plan.Run+"/") || strings.HasPrefix(target, plan.Logs+"/")) {
			problems = append(problems, os.Remove(path))
		}
	}
	// libcni keeps what it did for each container, by network name.
	const results = "/var/lib/cni/results"
	entries, _ = os.ReadDir(results)
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), "slipway-") || strings.HasPrefix(entry.Name(), "cni-loopback-") {
			problems = append(problems, os.Remove(filepath.Join(results, entry.Name())))
		}
	}
	there := map[string]bool{}
	for _, folder := range before.Folders {
		there[folder] = true
	}
	// Cilium's debugging socket has no other place.
	if !there[ciliumFolder] {
		problems = append(problems, os.RemoveAll(ciliumFolder))
	}
	for _, folder := range foreignFolders {
		if !there[folder] {
			_ = os.Remove(folder) // only ever an empty one; anybody else's files keep it
		}
	}
	return errors.Join(problems...)
}
