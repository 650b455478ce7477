package main

import (
	"strings"
	"testing"
)

func TestAPlanThatCouldNeverComeUpIsRefused(t *testing.T) {
	whole := func(components ...Component) *Plan {
		return &Plan{Run: "/r", Logs: "/l", Cgroup: "c", Components: components}
	}
	one := Component{Name: "one", Command: []string{"x"}}
	for words, plan := range map[string]*Plan{
		"names no run folder": {},
		"has no command":      whole(Component{Name: "none"}),
		"waits for two, which is not listed before it": whole(Component{Name: "one", Command: []string{"x"}, After: []string{"two"}}, Component{Name: "two", Command: []string{"x"}}),
	} {
		if err := plan.check(); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", words, err)
		}
	}
	if err := whole(one, Component{Name: "two", Command: []string{"x"}, After: []string{"one"}}).check(); err != nil {
		t.Error(err)
	}
}
