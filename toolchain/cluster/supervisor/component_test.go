package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// fleetOf keeps components running for one test, in folders of its own.
func fleetOf(t *testing.T, components ...Component) *fleet {
	t.Helper()
	plan := &Plan{Run: t.TempDir(), Logs: t.TempDir(), Cgroup: "none", Components: components}
	ships := newFleet(filepath.Join(plan.Run, "plan.json"), plan)
	t.Cleanup(ships.stop)
	return ships
}

func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("not within 20 s: %s", what)
		}
	}
}

// sleeper is a component whose name and command no other test has.
func sleeper(t *testing.T, more ...string) Component {
	return Component{Name: "test-" + t.Name(), Command: append([]string{"/bin/sleep", "3600"}, more...), Grace: 1}
}

func readyPID(ships *fleet, name string) int {
	if kept := ships.find(name); kept != nil && kept.current().Phase == Ready {
		return kept.current().PID
	}
	return 0
}

func TestAKilledComponentComesBackAndIsCounted(t *testing.T) {
	component := sleeper(t)
	ships := fleetOf(t, component)
	until(t, "it runs", func() bool { return readyPID(ships, component.Name) != 0 })
	before := readyPID(ships, component.Name)
	if err := unix.Kill(before, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	until(t, "it runs again", func() bool {
		now := readyPID(ships, component.Name)
		return now != 0 && now != before
	})
	if restarts := ships.find(component.Name).current().Restarts; restarts != 1 {
		t.Fatalf("%d restarts counted", restarts)
	}
}

func TestARunningProcessOfAnEarlierSupervisorIsKept(t *testing.T) {
	component := sleeper(t)
	left := exec.Command(component.Command[0], component.Command[1:]...)
	left.Env = append(os.Environ(), marker+"="+component.Name)
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = left.Wait() }()
	ships := fleetOf(t, component)
	until(t, "it is kept", func() bool { return readyPID(ships, component.Name) == left.Process.Pid })
	if err := left.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	until(t, "it is replaced once it ends", func() bool {
		now := readyPID(ships, component.Name)
		return now != 0 && now != left.Process.Pid
	})
}

func TestAProcessOfAnOlderPlanIsReplaced(t *testing.T) {
	component := sleeper(t)
	left := exec.Command(component.Command[0], "1800")
	left.Env = append(os.Environ(), marker+"="+component.Name)
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = left.Wait()
		close(ended)
	}()
	fleetOf(t, component)
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it still runs")
	}
}

func TestAComponentWaitsForWhatItNeeds(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "ready.sock")
	first, second := sleeper(t), sleeper(t)
	first.Ready = Probe{Socket: socket}
	second.Name += "-second"
	second.After = []string{first.Name}
	ships := fleetOf(t, first, second)
	until(t, "the first starts", func() bool { return ships.find(first.Name).current().Phase == Starting })
	if phase := ships.find(second.Name).current().Phase; phase != Waiting {
		t.Fatalf("the second is %s before the first is ready", phase)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	until(t, "the second runs", func() bool { return readyPID(ships, second.Name) != 0 })
}

func TestReloadTouchesOnlyWhatChanged(t *testing.T) {
	same, changed := sleeper(t), sleeper(t)
	changed.Name += "-changed"
	ships := fleetOf(t, same, changed)
	until(t, "both run", func() bool { return readyPID(ships, same.Name) != 0 && readyPID(ships, changed.Name) != 0 })
	before := []int{readyPID(ships, same.Name), readyPID(ships, changed.Name)}
	other := changed
	other.Command = []string{"/bin/sleep", "3601"}
	plan := *ships.plan
	plan.Components = []Component{same, other}
	ships.replace(&plan, nil)
	until(t, "the changed one runs again", func() bool {
		now := readyPID(ships, changed.Name)
		return now != 0 && now != before[1]
	})
	if now := readyPID(ships, same.Name); now != before[0] {
		t.Fatalf("the other was %d and is %d", before[0], now)
	}
}

func TestStopEndsTheLastStartedFirst(t *testing.T) {
	folder := t.TempDir()
	order := filepath.Join(folder, "order")
	first, second := sleeper(t), sleeper(t)
	second.Name += "-second"
	second.After = []string{first.Name}
	for _, component := range []*Component{&first, &second} {
		script := "trap 'echo " + component.Name + " >>" + order + "; exit' TERM; echo >" + filepath.Join(folder, component.Name) +
			"; while :; do sleep 0.01; done"
		component.Command = []string{"/bin/sh", "-c", script}
	}
	ships := fleetOf(t, first, second)
	until(t, "both listen to signals", func() bool {
		_, one := os.Stat(filepath.Join(folder, first.Name))
		_, two := os.Stat(filepath.Join(folder, second.Name))
		return one == nil && two == nil
	})
	ships.stop()
	text, err := os.ReadFile(order)
	if err != nil {
		t.Fatal(err)
	}
	if want := second.Name + "\n" + first.Name + "\n"; string(text) != want {
		t.Fatalf("ended in the order %q", text)
	}
	phases := []Phase{}
	for _, status := range ships.statuses() {
		phases = append(phases, status.Phase)
	}
	if !slices.Equal(phases, []Phase{Stopped, Stopped}) {
		t.Fatalf("phases %v", phases)
	}
}
