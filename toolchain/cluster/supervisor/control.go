package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Question is what comes in on the control socket, one a connection, as a line of JSON.
type Question struct {
	Do string `json:"do"` // status, reload or stop
}

// Answer goes back.
type Answer struct {
	PID        int      `json:"pid"`
	Components []Status `json:"components"`
	Error      string   `json:"error,omitempty"`
}

const controlName = "supervisor.sock"

// control answers questions until one says stop and that is done.
func control(plan *Plan, ships *fleet, second *understudy) error {
	socket := filepath.Join(plan.Run, controlName)
	if err := os.Remove(socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := os.Chmod(socket, 0o600); err != nil {
		return err
	}
	stopped := make(chan struct{})
	go func() {
		for {
			connection, err := listener.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				time.Sleep(firstPause) // out of descriptors or the like: the next may do
				continue
			}
			go answer(connection, ships, second, stopped)
		}
	}()
	<-stopped
	return nil
}

func answer(connection net.Conn, ships *fleet, second *understudy, stopped chan<- struct{}) {
	defer connection.Close()
	var question Question
	if err := json.NewDecoder(connection).Decode(&question); err != nil {
		return // whoever asked went away
	}
	reply := Answer{PID: os.Getpid()}
	var err error
	switch question.Do {
	case "status":
	case "reload":
		err = ships.reload()
	case "stop":
		err = ships.shutDown(second)
		defer close(stopped)
	default:
		err = fmt.Errorf("%q is no question; there are status, reload and stop", question.Do)
	}
	reply.Components = ships.statuses()
	if err != nil {
		reply.Error = err.Error()
	}
	_ = json.NewEncoder(connection).Encode(reply) // whoever asked may have gone away
}

// shutDown ends the standby, the pods and the components, so that nothing starts anything again.
func (ships *fleet) shutDown(second *understudy) error {
	second.dismiss()
	// Without its plan a supervisor that still gets hold of the lock ends at once.
	err := os.Remove(ships.planFile)
	if kubelet := ships.find("kubelet"); kubelet != nil {
		kubelet.end()
		<-kubelet.done
	}
	var both sync.WaitGroup
	both.Go(func() { endPods(ships.plan.Cgroup) })
	both.Go(ships.stop)
	both.Wait()
	return err
}
