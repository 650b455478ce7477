package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"
)

// fleet is all components of the plan, kept running.
type fleet struct {
	planFile string

	changes  chan struct{} // one waiting is enough: what is written is read when it is
	recorded chan struct{} // closed once the last has been written
	once     sync.Once

	byName sync.Map // of *keeper; apart from the lock, which is held while keepers are waited for

	lock  sync.Mutex
	plan  *Plan     // the first one: its folders and group never change while it runs
	order []*keeper // as the plan lists them: none waits for a later one
}

// memory is what one supervisor leaves for the next: everything else is seen by looking at the processes.
type memory struct {
	Restarts map[string]int `json:"restarts"`
}

func newFleet(planFile string, plan *Plan) *fleet {
	ships := &fleet{planFile: planFile, plan: plan, changes: make(chan struct{}, 1), recorded: make(chan struct{})}
	go ships.record()
	ships.replace(plan, ships.remembered().Restarts)
	return ships
}

func (ships *fleet) find(name string) *keeper {
	kept, _ := ships.byName.Load(name)
	found, _ := kept.(*keeper)
	return found
}

// replace makes the running components those of the plan. What did not change is not touched.
func (ships *fleet) replace(plan *Plan, restarts map[string]int) {
	ships.lock.Lock()
	defer ships.lock.Unlock()
	running := map[string]*keeper{}
	for _, kept := range ships.order {
		running[kept.Name] = kept
	}
	order := make([]*keeper, 0, len(plan.Components))
	for _, component := range plan.Components {
		kept := running[component.Name]
		if kept != nil && reflect.DeepEqual(kept.Component, component) {
			delete(running, component.Name)
		} else {
			if kept != nil {
				delete(running, component.Name)
				kept.end()
				<-kept.done
			}
			kept = keep(component, plan.Logs, restarts[component.Name], ships.find, ships.remember)
			ships.byName.Store(component.Name, kept)
		}
		order = append(order, kept)
	}
	ships.order = order
	for _, kept := range running {
		ships.byName.Delete(kept.Name)
		kept.end()
		<-kept.done
	}
}

// reload reads the plan again and makes it so.
func (ships *fleet) reload() error {
	plan, err := readPlan(ships.planFile)
	if err != nil {
		return err
	}
	ships.replace(plan, map[string]int{})
	return nil
}

func (ships *fleet) statuses() []Status {
	ships.lock.Lock()
	defer ships.lock.Unlock()
	all := make([]Status, 0, len(ships.order))
	for _, kept := range ships.order {
		all = append(all, kept.current())
	}
	return all
}

// stop ends every component, the last started first: each still has what it needs while it stops.
func (ships *fleet) stop() {
	ships.once.Do(func() {
		ships.end()
		close(ships.changes) // every keeper is done: nobody reports any more
		<-ships.recorded
	})
}

func (ships *fleet) end() {
	ships.lock.Lock()
	defer ships.lock.Unlock()
	waitedFor := map[string][]*keeper{}
	for _, kept := range ships.order {
		for _, name := range kept.After {
			waitedFor[name] = append(waitedFor[name], kept)
		}
	}
	var all sync.WaitGroup
	for _, kept := range ships.order {
		all.Go(func() {
			for _, later := range waitedFor[kept.Name] {
				<-later.done
			}
			kept.end()
			<-kept.done
		})
	}
	all.Wait()
}

func (ships *fleet) memoryFile() string { return filepath.Join(ships.plan.Run, "supervisor.json") }

func (ships *fleet) remembered() memory {
	var left memory
	if text, err := os.ReadFile(ships.memoryFile()); err == nil {
		_ = json.Unmarshal(text, &left) // counts only; a torn file costs nothing but them
	}
	return left
}

// remember is called after each change, by any keeper, also while the lock is held and that keeper is waited for.
func (ships *fleet) remember() {
	select {
	case ships.changes <- struct{}{}:
	default:
	}
}

// record writes the memory after changes, until the fleet has stopped.
func (ships *fleet) record() {
	defer close(ships.recorded)
	for range ships.changes {
		counts := memory{Restarts: map[string]int{}}
		for _, status := range ships.statuses() {
			counts.Restarts[status.Name] = status.Restarts
		}
		if text, err := json.Marshal(counts); err == nil {
			_ = os.WriteFile(ships.memoryFile(), text, 0o600)
		}
	}
}

// trimLogs keeps each log below a size: the older half goes. Components append, so that cutting is safe.
func (ships *fleet) trimLogs() {
	const most = 32 << 20
	for range time.Tick(time.Minute) {
		ships.lock.Lock()
		order := ships.order
		ships.lock.Unlock()
		for _, kept := range order {
			if info, err := os.Stat(kept.logFile); err == nil && info.Size() > most {
				_ = keepTail(kept.logFile, most/2)
			}
		}
	}
}

func keepTail(file string, size int64) error {
	log, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer log.Close()
	end, err := log.Seek(0, 2)
	if err != nil {
		return err
	}
	tail := make([]byte, size)
	count, err := log.ReadAt(tail, end-size)
	if err != nil {
		return err
	}
	if err := log.Truncate(0); err != nil {
		return err
	}
	_, err = log.WriteAt(tail[:count], 0)
	return err
}
