package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// The SDK's runner ends with this code when it has already told the user what is wrong.
const exitAlreadyReported = 32

// Run runs a Pulumi program to its end.
func (h *host) Run(ctx context.Context, request *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	engine, err := h.engineAddress()
	if err != nil {
		return nil, err
	}
	failed := func(err error) (*pulumirpc.RunResponse, error) {
		return &pulumirpc.RunResponse{Error: err.Error()}, nil
	}
	chosen, err := parseOptions(request.GetInfo().GetOptions().AsMap())
	if err != nil {
		return failed(err)
	}
	node, err := findNode()
	if err != nil {
		return failed(err)
	}
	script, err := locate(runnerModule(), request.GetInfo().GetProgramDirectory(), "pulumi install")
	if err != nil {
		return failed(err)
	}
	environment, err := programEnvironment(request, chosen)
	if err != nil {
		return failed(err)
	}

	// The program ends with the engine's call, with Cancel and with this process.
	ended, end := context.WithCancel(h.cancelled)
	defer end()
	defer context.AfterFunc(ctx, end)()

	arguments := append([]string{}, chosen.nodeArguments...)
	var debugger *inspector
	if request.GetAttachDebugger() {
		if debugger, err = newInspector(engine, "Pulumi: Program (nodejs)"); err != nil {
			return failed(err)
		}
		arguments = append(arguments, debugger.arguments()...)
	}
	arguments = append(arguments, script)
	arguments = append(arguments, programArguments(request, engine, h.plugin.Tracing)...)

	command := childProcess(ended, node, arguments...)
	command.Env = environment
	// Behind a plain Writer the child gets a pipe: Node changes the blocking mode of a descriptor it inherits,
	// and that would be ours as well.
	memory := &memoryWatch{}
	command.Stdout = struct{ io.Writer }{os.Stdout}
	command.Stderr = io.MultiWriter(os.Stderr, memory)
	err = onOneThread(func() error {
		if err := startChild(ended, end, command, debugger); err != nil {
			return err
		}
		return command.Wait()
	})

	var exit *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}, nil
	case ended.Err() != nil:
		return failed(errors.New("the program was cancelled"))
	case errors.As(err, &exit) && exit.ExitCode() == exitAlreadyReported:
		return &pulumirpc.RunResponse{Bail: true}, nil
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return failed(fmt.Errorf("Program exited with non-zero exit code: %d%s", exit.ExitCode(), memory.advice()))
	case errors.As(err, &exit):
		return failed(fmt.Errorf("Program was ended by a signal (%s)%s", exit, memory.advice()))
	default:
		return failed(fmt.Errorf("Problem executing program: %w", err))
	}
}

// runnerModule is what runs a program; tests of the SDK itself replace it.
func runnerModule() string {
	if path := os.Getenv("PULUMI_LANGUAGE_NODEJS_RUN_PATH"); path != "" {
		return path
	}
	return "@pulumi/pulumi/cmd/run"
}

func programArguments(request *pulumirpc.RunRequest, engine, tracing string) []string {
	info := request.GetInfo()
	var arguments []string
	add := func(flag, value string) {
		if value != "" {
			arguments = append(arguments, "--"+flag, value)
		}
	}
	add("monitor", request.GetMonitorAddress())
	add("engine", engine)
	add("organization", request.GetOrganization())
	add("project", request.GetProject())
	add("root-directory", info.GetRootDirectory())
	add("stack", request.GetStack())
	add("pwd", info.GetProgramDirectory())
	add("parallel", strconv.Itoa(int(request.GetParallel())))
	add("tracing", tracing)
	if request.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	entry := info.GetEntryPoint()
	if entry == "" {
		entry = "."
	}
	return append(append(arguments, entry), request.GetArgs()...)
}

func programEnvironment(request *pulumirpc.RunRequest, chosen options) ([]string, error) {
	settings, err := configJSON(request.GetConfig())
	if err != nil {
		return nil, err
	}
	secretKeys := request.GetConfigSecretKeys()
	if secretKeys == nil {
		secretKeys = []string{}
	}
	keys, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, err
	}
	environment := append(os.Environ(), "PULUMI_CONFIG="+settings, "PULUMI_CONFIG_SECRET_KEYS="+string(keys))
	return append(environment, chosen.environment()...), nil
}

// environment tells the SDK's runner how TypeScript is to be read.
func (chosen options) environment() []string {
	var environment []string
	if chosen.typescript {
		environment = append(environment, "PULUMI_NODEJS_TYPESCRIPT=true")
	}
	if chosen.tsconfig != "" {
		environment = append(environment, "PULUMI_NODEJS_TSCONFIG_PATH="+chosen.tsconfig)
	}
	return environment
}

// configJSON writes keys the long way (`namespace:config:name`), which every version of the SDK reads.
func configJSON(given map[string]string) (string, error) {
	long := make(map[string]string, len(given))
	for key, value := range given {
		parsed, err := config.ParseKey(key)
		if err != nil {
			return "", fmt.Errorf("config key %q: %w", key, err)
		}
		long[parsed.Namespace()+":config:"+parsed.Name()] = value
	}
	text, err := json.Marshal(long)
	return string(text), err
}
