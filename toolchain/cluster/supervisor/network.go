package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The kernel settings that the cluster needs, or that its components change by themselves (nothing here, then): put
// back as they were when the cluster goes.
var settings = map[string]string{
	"net/ipv4/ip_forward":                "1",
	"net/bridge/bridge-nf-call-iptables": "1", // or what pods on one bridge say to each other by service comes back unnoticed
	"vm/overcommit_memory":               "",
	"kernel/panic":                       "",
	"kernel/panic_on_oops":               "",
	"kernel/keys/root_maxkeys":           "",
	"kernel/keys/root_maxbytes":          "",
	"kernel/timer_migration":             "",
	"net/core/bpf_jit_enable":            "",
	"net/ipv4/conf/all/rp_filter":        "",
	"net/ipv4/fib_multipath_use_neigh":   "",
}

// machine is what was there before the cluster came.
type machine struct {
	Settings map[string]string `json:"settings"`
	Tables   []string          `json:"tables"`  // of nft
	Folders  []string          `json:"folders"` // of those that components make outside of ours
}

func machineFile(plan *Plan) string { return filepath.Join(plan.Run, "machine.json") }

// raiseNetwork makes the bridge and our rules; it does nothing to what is there already.
func raiseNetwork(plan *Plan) error {
	// A kernel with the module built in has no such file to load, and the setting below tells if it is missing.
	_ = exec.Command("modprobe", "-a", "-q", "br_netfilter", "overlay", "nf_conntrack").Run()
	if err := noteMachine(plan); err != nil {
		return err
	}
	for setting, value := range settings {
		if value == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join("/proc/sys", setting), []byte(value), 0); err != nil {
			return err
		}
	}
	bridge := plan.Network.Bridge
	if _, err := os.Stat(filepath.Join("/sys/class/net", bridge)); errors.Is(err, os.ErrNotExist) {
		if err := command("", "ip", "link", "add", bridge, "type", "bridge"); err != nil {
			return err
		}
	}
	if err := command("", "ip", "address", "replace", plan.Network.Address, "dev", bridge); err != nil {
		return err
	}
	if err := command("", "ip", "link", "set", bridge, "up"); err != nil {
		return err
	}
	rules, err := plan.Network.rules()
	if err != nil {
		return err
	}
	return command(rules, "nft", "-f", "-")
}

// rules are our own table, replaced as a whole.
func (network Network) rules() (string, error) {
	address, err := netip.ParsePrefix(network.Address)
	if err != nil {
		return "", err
	}
	return strings.NewReplacer("BRIDGE", network.Bridge, "NODE", address.Addr().String(), "PODS", network.Pods,
		"SERVICES", network.Services, "PORT", fmt.Sprint(network.API)).Replace(`
table ip slipway
delete table ip slipway
table ip slipway {
	chain loopback {
		type nat hook output priority -100; policy accept;
		ip daddr 127.0.0.1 tcp dport PORT dnat to NODE:PORT comment "the API server, reached on loopback"
	}
	chain outward {
		type nat hook postrouting priority 95; policy accept;
		oifname "lxc*" ip daddr PODS ip saddr != PODS fib saddr type local snat to NODE comment "probes come from the node, which Cilium knows"
		ip saddr PODS ip daddr != PODS oifname != "BRIDGE" masquerade comment "pods speak to the world as this machine"
	}
	chain fromnode {
		type filter hook output priority filter; policy accept;
		ip daddr PODS meta mark set meta mark & 0xfffff0ff | 0xc00 comment "Cilium's own word for: from the node itself"
	}
	chain guard {
		type filter hook prerouting priority raw; policy accept;
		iifname { "lo", "BRIDGE", "veth*", "lxc*", "cilium*" } accept
		ip daddr { PODS, SERVICES } fib daddr type local drop comment "the node's own ports are not for the network outside"
		ip daddr { PODS, SERVICES } ct state new drop
	}
}
`), nil
}

func noteMachine(plan *Plan) error {
	if _, err := os.Stat(machineFile(plan)); err == nil {
		return nil // a supervisor before this one has
	}
	before := machine{Settings: map[string]string{}, Tables: tables()}
	for setting := range settings {
		if value, err := os.ReadFile(filepath.Join("/proc/sys", setting)); err == nil {
			before.Settings[setting] = strings.TrimSpace(string(value))
		}
	}
	for _, folder := range foreignFolders {
		if _, err := os.Stat(folder); err == nil {
			before.Folders = append(before.Folders, folder)
		}
	}
	text, err := json.Marshal(before)
	if err != nil {
		return err
	}
	return os.WriteFile(machineFile(plan), text, 0o600)
}

// tables lists nft's tables, as `ip nat`.
func tables() []string {
	text, err := exec.Command("nft", "list", "tables").Output()
	if err != nil {
		return nil
	}
	var found []string
	for line := range strings.Lines(string(text)) {
		found = append(found, strings.TrimSpace(strings.TrimPrefix(line, "table ")))
	}
	return found
}

// lowerNetwork takes away every link and rule of the cluster.
func lowerNetwork(plan *Plan, before machine) error {
	var problems []error
	for _, link := range ourLinks(plan.Network.Bridge) {
		if err := command("", "ip", "link", "delete", link); err != nil && linkExists(link) {
			problems = append(problems, err)
		}
	}
	for _, table := range tables() {
		_, name, _ := strings.Cut(table, " ")
		if slices.Contains([]string{"slipway", "kube-proxy", "cni_hostport"}, name) {
			problems = append(problems, command("", "nft", "delete table "+table))
		}
	}
	problems = append(problems, removeHostPorts(before.Tables))
	for setting, value := range before.Settings {
		if err := os.WriteFile(filepath.Join("/proc/sys", setting), []byte(value), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

func linkExists(link string) bool {
	_, err := os.Stat(filepath.Join("/sys/class/net", link))
	return err == nil
}

// ourLinks are the bridge, what is plugged into it, and Cilium's.
func ourLinks(bridge string) []string {
	entries, err := os.ReadDir("/sys/class/net")
	if err != nil {
		return nil
	}
	var found []string
	for _, entry := range entries {
		name := entry.Name()
		master, _ := os.Readlink(filepath.Join("/sys/class/net", name, "master"))
		if filepath.Base(master) == bridge || strings.HasPrefix(name, "cilium_") || strings.HasPrefix(name, "lxc") {
			found = append(found, name)
		}
	}
	if linkExists(bridge) {
		found = append(found, bridge)
	}
	return found
}

// removeHostPorts takes the chains of CNI's portmap out of the tables it shares with others, and a table that was not
// there before and holds nothing any more.
func removeHostPorts(before []string) error {
	var problems []error
	for _, table := range []string{"ip nat", "ip6 nat", "ip filter", "ip6 filter", "ip mangle", "ip6 mangle"} {
		if !slices.Contains(tables(), table) {
			continue
		}
		text, err := exec.Command("nft", "-a", "list", "table", table).Output()
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if script, empty := withoutHostPorts(table, string(text)); empty && !slices.Contains(before, table) {
			problems = append(problems, command("", "nft", "delete table "+table))
		} else if script != "" {
			problems = append(problems, command(script, "nft", "-f", "-"))
		}
	}
	return errors.Join(problems...)
}

// withoutHostPorts answers the nft script that removes portmap's chains from a listed table, and whether nothing of
// anybody else's is left then.
func withoutHostPorts(table, listing string) (script string, empty bool) {
	var jumps, flushes, deletions strings.Builder
	chain, ours := "", false
	empty = true
	for line := range strings.Lines(listing) {
		words := strings.Fields(line)
		switch {
		case len(words) >= 2 && words[0] == "chain":
			chain = words[1]
			ours = strings.HasPrefix(chain, "CNI-") || strings.HasPrefix(chain, "KUBE-")
			if ours {
				fmt.Fprintf(&flushes, "flush chain %s %s\n", table, chain)
				fmt.Fprintf(&deletions, "delete chain %s %s\n", table, chain)
			}
		case len(words) < 3 || words[0] == "table" || words[0] == "type" || words[0] == "#" || ours:
		case strings.Contains(line, "jump CNI-") || strings.Contains(line, "jump KUBE-"):
			fmt.Fprintf(&jumps, "delete rule %s %s handle %s\n", table, chain, words[len(words)-1])
		default:
			empty = false
		}
	}
	return jumps.String() + flushes.String() + deletions.String(), empty
}

// command runs a program, with its words on failure.
func command(input, name string, arguments ...string) error {
	child := exec.Command(name, arguments...)
	child.Stdin = strings.NewReader(input)
	if text, err := child.CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, strings.TrimSpace(string(text)))
	}
	return nil
}
