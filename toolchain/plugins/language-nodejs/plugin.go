package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"

	sdk "github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// RunPlugin runs a provider, a component package or a policy pack written for Node until it is told to end.
func (h *host) RunPlugin(request *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer) error {
	ended, end := context.WithCancel(h.cancelled)
	defer end()
	defer context.AfterFunc(server.Context(), end)()

	streams, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer streams.Close()
	chosen, err := parseOptions(request.GetInfo().GetOptions().AsMap())
	if err != nil {
		return err
	}
	node, err := findNode()
	if err != nil {
		return err
	}

	policyPack := request.GetKind() == string(apitype.AnalyzerPlugin)
	module := "@pulumi/pulumi/cmd/run-plugin"
	if policyPack {
		module = "@pulumi/pulumi/cmd/run-policy-pack"
	}
	folder := request.GetInfo().GetProgramDirectory()
	script, err := locate(module, folder, "npm install in "+folder)
	if err != nil {
		return err
	}

	arguments := append([]string{}, chosen.nodeArguments...)
	var debugger *inspector
	if request.GetAttachDebugger() {
		engine, err := h.engineAddress()
		if err != nil {
			return err
		}
		if debugger, err = newInspector(engine, fmt.Sprintf("Pulumi: Plugin (%s)", request.GetName())); err != nil {
			return err
		}
		arguments = append(arguments, debugger.arguments()...)
	}
	arguments = append(arguments, script)
	environment := append(request.GetEnv(), chosen.environment()...)
	directory := request.GetPwd()
	var proxy *sdk.PolicyProxy
	if policyPack {
		// A pack's runner wants the engine's address first and runs in the pack's own folder. It reads the stack's
		// settings from its environment, so it cannot start before the engine has sent them: the proxy stands in.
		arguments = append(append(arguments, request.GetArgs()...), folder)
		directory = folder
		if proxy, stdout, err = sdk.NewPolicyProxy(ended, stdout); err != nil {
			return fmt.Errorf("the policy pack could not be started: %w", err)
		}
		settings, err := proxy.AwaitConfiguration(ended)
		if err != nil {
			return fmt.Errorf("the stack's settings did not reach the policy pack: %w", err)
		}
		stack, err := policyEnvironment(settings)
		if err != nil {
			return err
		}
		environment = append(environment, stack...)
	} else {
		arguments = append(append(arguments, folder), request.GetArgs()...)
	}

	command := childProcess(ended, node, arguments...)
	command.Dir = directory
	command.Env = environment
	command.Stdout, command.Stderr = stdout, stderr
	err = onOneThread(func() error {
		if err := startChild(ended, end, command, debugger); err != nil {
			return err
		}
		if proxy != nil {
			// Attach returns once the pack has ended, or early when the pack does not speak as one should.
			defer end()
			return proxy.Attach(context.WithoutCancel(ended), command)
		}
		return command.Wait()
	})
	var exit *exec.ExitError
	switch {
	case h.cancelled.Err() != nil || server.Context().Err() != nil:
		return nil // asked to end, and ended
	case errors.As(err, &exit):
		return fmt.Errorf("Program exited with non-zero exit code: %d", exit.ExitCode())
	case err != nil:
		return fmt.Errorf("Problem executing plugin program: %w", err)
	}
	return streams.Close()
}

// policyEnvironment says which stack a policy pack looks at, the way its runner reads it.
func policyEnvironment(settings *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if settings == nil {
		return nil, nil
	}
	config, err := configJSON(settings.GetConfig())
	if err != nil {
		return nil, err
	}
	environment := []string{
		"PULUMI_NODEJS_DRY_RUN=" + strconv.FormatBool(settings.GetDryRun()),
		"PULUMI_CONFIG=" + config,
	}
	for name, value := range map[string]string{
		"PULUMI_NODEJS_ORGANIZATION": settings.GetOrganization(),
		"PULUMI_NODEJS_PROJECT":      settings.GetProject(),
		"PULUMI_NODEJS_STACK":        settings.GetStack(),
	} {
		if value != "" {
			environment = append(environment, name+"="+value)
		}
	}
	keys, err := json.Marshal(append([]string{}, settings.GetConfigSecretKeys()...))
	return append(environment, "PULUMI_CONFIG_SECRET_KEYS="+string(keys)), err
}
