// Command supervisor runs the embedded cluster's processes.
//
//	supervisor run PLAN      keeps the plan's components running, until it is told to stop
//	supervisor sweep PLAN    removes whatever a cluster of that plan may have left on this machine
//	supervisor pki DIR …     makes the certificates, and renews those that end soon
//
// Two of it run: one holds the lock and works, the other waits for the lock. Kill either, and the other has it back.
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("say run PLAN, sweep PLAN or pki DIR"))
	}
	var err error
	switch verb, argument := os.Args[1], os.Args[2]; verb {
	case "run":
		err = run(argument)
	case "sweep":
		err = sweep(argument)
	case "pki":
		err = makeCertificates(argument, os.Args[3:])
	default:
		err = fmt.Errorf("%q is no verb; there are run, sweep and pki", verb)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "supervisor:", err)
	os.Exit(1)
}
