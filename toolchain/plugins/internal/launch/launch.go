// Package launch is how a plugin starts and ends: the arguments the engine gives, the port it reads, the signals and
// the engine's death that end it.
package launch

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/cmdutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"google.golang.org/grpc"
)

// A dead engine is noticed within this time, so that no plugin outlives it for long.
const engineCheckInterval = 5 * time.Second

// Plugin is one process serving the engine.
type Plugin struct {
	// Engine is the engine's address, where the engine gave it as an argument.
	Engine string
	// Tracing is where traces go, if anywhere.
	Tracing string
	// Stopped ends when the process is to end; Stop ends it.
	Stopped context.Context
	Stop    context.CancelFunc
}

// Run parses the arguments, serves what build registers, and returns once the plugin has been stopped.
func Run(name string, build func(*Plugin) (func(*grpc.Server), error)) {
	if err := run(name, build); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name string, build func(*Plugin) (func(*grpc.Server), error)) error {
	// The global set of flags is taken by the logging library, with flags of its own.
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	tracing := flags.String("tracing", "", "Emit tracing to a Zipkin-compatible tracing endpoint")
	verbose := flags.Int("v", 0, "Enable verbose logging (e.g., v=3); anything >3 is very verbose")
	toStderr := flags.Bool("logtostderr", false, "Log to stderr instead of to files")
	// Old engines pass these to language hosts; nothing here depends on them.
	flags.String("root", "", "")
	flags.String("runtime", "", "")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	logging.InitLogging(*toStderr, *verbose, false)
	cmdutil.InitTracing(name, name, *tracing)
	defer cmdutil.CloseTracing()

	stopped, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	plugin := &Plugin{Engine: flags.Arg(0), Tracing: *tracing, Stopped: stopped, Stop: stop}
	register, err := build(plugin)
	if err != nil {
		return err
	}
	cancel := make(chan bool)
	context.AfterFunc(stopped, func() { close(cancel) })
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel:  cancel,
		Init:    func(server *grpc.Server) error { register(server); return nil },
		Options: rpcutil.TracingServerInterceptorOptions(nil),
	})
	if err != nil {
		return fmt.Errorf("%s could not listen: %w", name, err)
	}
	fmt.Printf("%d\n", handle.Port) // the engine reads the port from the first line
	return <-handle.Done
}

// Watch stops the plugin when the engine at that address is gone.
func (p *Plugin) Watch(engine string) error {
	if err := rpcutil.Healthcheck(p.Stopped, engine, engineCheckInterval, p.Stop); err != nil {
		return fmt.Errorf("the engine at %s cannot be watched: %w", engine, err)
	}
	return nil
}
