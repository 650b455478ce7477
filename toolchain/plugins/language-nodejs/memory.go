package main

import (
	"bytes"
	"sync"
)

// memoryWatch listens to a program's standard error for V8 running out of memory, so that the error can say what to
// do: V8 itself only prints a stack.
type memoryWatch struct {
	lock sync.Mutex
	tail []byte
	seen bool
}

var outOfMemory = [][]byte{
	[]byte("JavaScript heap out of memory"),
	[]byte("FatalProcessOutOfMemory"),
}

func (m *memoryWatch) Write(chunk []byte) (int, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	// A message can be cut in two by the pipe.
	text := append(m.tail, chunk...)
	for _, sign := range outOfMemory {
		m.seen = m.seen || bytes.Contains(text, sign)
	}
	if keep := 64; len(text) > keep {
		text = text[len(text)-keep:]
	}
	m.tail = bytes.Clone(text)
	return len(chunk), nil
}

func (m *memoryWatch) advice() string {
	m.lock.Lock()
	defer m.lock.Unlock()
	if !m.seen {
		return ""
	}
	return ". Detected a possible out of memory error. Consider increasing the memory available to the nodejs " +
		"process by setting the `nodeargs` runtime option in Pulumi.yaml to `nodeargs: --max-old-space-size=<size>` " +
		"where `<size>` is the maximum memory in megabytes that can be allocated to nodejs"
}
