package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	firstPause  = 100 * time.Millisecond
	longestWait = 10 * time.Second
	steady      = 20 * time.Second // a component that ran this long gets its short first pause back
	stopGrace   = 2 * time.Second
)

// Phase is where a component stands.
type Phase string

const (
	Waiting  Phase = "waiting"  // for another to be ready
	Starting Phase = "starting" // runs, not ready yet
	Ready    Phase = "ready"
	Failed   Phase = "failed" // ended by itself; started again after a pause
	Stopped  Phase = "stopped"
)

// Status is what is told about a component.
type Status struct {
	Name     string    `json:"name"`
	Phase    Phase     `json:"phase"`
	PID      int       `json:"pid,omitempty"`
	Restarts int       `json:"restarts"`
	Since    time.Time `json:"since"`
	Message  string    `json:"message,omitempty"`
}

// keeper keeps one component running from its first start until it is told to end it.
type keeper struct {
	Component
	logFile string
	others  func(name string) *keeper
	changed func() // told after every change of status
	end     context.CancelFunc
	done    chan struct{} // closed once the component has been ended

	lock   sync.Mutex
	status Status
	ready  chan struct{} // closed while ready
}

func keep(component Component, logs string, restarts int, others func(string) *keeper, changed func()) *keeper {
	ctx, end := context.WithCancel(context.Background())
	kept := &keeper{
		Component: component,
		logFile:   filepath.Join(logs, component.Name+".log"),
		others:    others,
		changed:   changed,
		end:       end,
		done:      make(chan struct{}),
		ready:     make(chan struct{}),
		status:    Status{Name: component.Name, Phase: Waiting, Restarts: restarts, Since: time.Now()},
	}
	return kept.begin(ctx)
}

func (kept *keeper) begin(ctx context.Context) *keeper {
	go func() {
		defer close(kept.done)
		pause := firstPause
		for {
			began := time.Now()
			err := kept.once(ctx)
			if ctx.Err() != nil {
				kept.enter(Stopped, 0, "")
				return
			}
			kept.enter(Failed, 0, err.Error())
			if time.Since(began) > steady {
				pause = firstPause
			}
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			pause = min(2*pause, longestWait)
		}
	}()
	return kept
}

// once runs the component a single time: the process that an earlier supervisor left, or a new one.
func (kept *keeper) once(ctx context.Context) error {
	if left := findComponent(kept.Name, kept.Command[0]); left != nil {
		if slices.Equal(left.command, kept.Command) {
			return kept.attend(ctx, left, nil)
		}
		left.end(kept.grace()) // started from an older plan
		left.close()
	}
	for _, name := range kept.After {
		select {
		case <-kept.others(name).whenReady():
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	child, err := kept.start()
	if err != nil {
		return err
	}
	running, err := open(child.Process.Pid)
	if err != nil {
		return err
	}
	return kept.attend(ctx, running, child)
}

func (kept *keeper) start() (*exec.Cmd, error) {
	log, err := os.OpenFile(kept.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	child := exec.Command(kept.Command[0], kept.Command[1:]...)
	child.Stdout, child.Stderr = log, log
	child.Env = append(os.Environ(), marker+"="+kept.Name)
	for name, value := range kept.Env {
		child.Env = append(child.Env, name+"="+value)
	}
	// A session of its own: no signal meant for a terminal or for the supervisor reaches it.
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return child, child.Start()
}

// attend follows one process: ready when its probe says so, over when it ends or is ended.
func (kept *keeper) attend(ctx context.Context, running *process, child *exec.Cmd) error {
	kept.enter(Starting, running.pid, "")
	ended := make(chan struct{})
	probing, giveUp := context.WithCancel(ctx)
	go func() {
		running.wait(-1)
		giveUp()
		close(ended)
	}()
	if kept.Ready.await(probing) == nil {
		kept.enter(Ready, running.pid, "")
	}
	select {
	case <-ended:
	case <-ctx.Done():
		running.end(kept.grace())
		<-ended
	}
	running.close()
	how := "ended by itself"
	if child != nil {
		_ = child.Wait() // takes its exit status off the kernel's hands; how it ended is in the state
		how = child.ProcessState.String()
	}
	return fmt.Errorf("%s; its last words are in %s", how, kept.logFile)
}

func (kept *keeper) grace() time.Duration {
	if kept.Grace > 0 {
		return time.Duration(kept.Grace * float64(time.Second))
	}
	return stopGrace
}

func (kept *keeper) enter(phase Phase, pid int, message string) {
	kept.lock.Lock()
	was := kept.status.Phase
	if phase == Failed {
		kept.status.Restarts++
	}
	kept.status.Phase, kept.status.PID, kept.status.Message, kept.status.Since = phase, pid, message, time.Now()
	if phase == Ready {
		close(kept.ready)
	} else if was == Ready {
		kept.ready = make(chan struct{})
	}
	kept.lock.Unlock()
	kept.changed()
}

func (kept *keeper) current() Status {
	kept.lock.Lock()
	defer kept.lock.Unlock()
	return kept.status
}

func (kept *keeper) whenReady() <-chan struct{} {
	kept.lock.Lock()
	defer kept.lock.Unlock()
	return kept.ready
}
