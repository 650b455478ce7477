package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Plan is everything the supervisor is told; the TypeScript side writes it, as JSON.
type Plan struct {
	Run        string      `json:"run"`    // sockets, locks and whatever else a reboot may take
	State      string      `json:"state"`  // data that survives; only looked at to find mounts below it
	Logs       string      `json:"logs"`   // one file a component
	Cgroup     string      `json:"cgroup"` // the name of our top-level control group
	Network    Network     `json:"network"`
	Components []Component `json:"components"`
}

// Network is the host's side of the pod network.
type Network struct {
	Bridge   string `json:"bridge"`
	Address  string `json:"address"`  // of the bridge, with its prefix length: the pods' gateway and the node's own address
	Pods     string `json:"pods"`     // the range of all pods
	Services string `json:"services"` // the range of all services
	API      int    `json:"api"`      // the API server's port on the bridge, reached on loopback as well
}

// Component is one process that has to run.
type Component struct {
	Name    string            `json:"name"`
	Command []string          `json:"command"`
	Env     map[string]string `json:"env,omitempty"`
	After   []string          `json:"after,omitempty"` // the components that must be ready before it starts
	Ready   Probe             `json:"ready"`
	Grace   float64           `json:"grace,omitempty"` // seconds between asking it to stop and killing it
}

// Probe says how to see that a component is ready: a socket that accepts, or an address that answers 200.
type Probe struct {
	Socket string `json:"socket,omitempty"`
	URL    string `json:"url,omitempty"`
	CA     string `json:"ca,omitempty"`
	Cert   string `json:"cert,omitempty"`
	Key    string `json:"key,omitempty"`
}

func readPlan(file string) (*Plan, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	plan := &Plan{}
	if err := json.Unmarshal(text, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return plan, plan.check()
}

// check refuses a plan that could never come up.
func (plan *Plan) check() error {
	if plan.Run == "" || plan.Logs == "" || plan.Cgroup == "" {
		return fmt.Errorf("the plan names no run folder, log folder or control group")
	}
	known := map[string]bool{}
	for _, component := range plan.Components {
		if len(component.Command) == 0 {
			return fmt.Errorf("component %s has no command", component.Name)
		}
		for _, name := range component.After {
			if !known[name] { // also keeps cycles out: what is waited for comes earlier in the list
				return fmt.Errorf("component %s waits for %s, which is not listed before it", component.Name, name)
			}
		}
		known[component.Name] = true
	}
	return nil
}
