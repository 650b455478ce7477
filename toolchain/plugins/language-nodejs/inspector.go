package main

import (
	"context"
	"fmt"
	"net"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"
)

const usualInspectorPort = 9229

// inspector is Node's debugger for `pulumi up --attach-debugger`: the program waits until one is attached.
type inspector struct {
	engine string
	name   string
	port   int
}

func newInspector(engine, name string) (*inspector, error) {
	for port := usualInspectorPort; port < usualInspectorPort+100; port++ {
		if listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return &inspector{engine: engine, name: name, port: port}, listener.Close()
		}
	}
	return nil, fmt.Errorf("no free port for the debugger between %d and %d", usualInspectorPort, usualInspectorPort+99)
}

func (i *inspector) arguments() []string {
	// Without the second flag Node prints where it listens into the program's output.
	return []string{fmt.Sprintf("--inspect-brk=127.0.0.1:%d", i.port), "--inspect-publish-uid=http"}
}

// announce tells the engine, and by it an editor, where to attach.
func (i *inspector) announce(ctx context.Context, pid int) error {
	connection, err := grpc.NewClient(i.engine, grpc.WithTransportCredentials(insecure.NewCredentials()),
		rpcutil.GrpcChannelOptions())
	if err != nil {
		return fmt.Errorf("the engine could not be told of the debugger: %w", err)
	}
	defer connection.Close()
	settings, err := structpb.NewStruct(map[string]any{
		"name": i.name, "type": "node", "request": "attach", "processId": pid, "port": i.port,
		"continueOnAttach": true, "skipFiles": []any{"<node_internals>/**"},
	})
	if err != nil {
		return err
	}
	_, err = pulumirpc.NewEngineClient(connection).StartDebugging(ctx, &pulumirpc.StartDebuggingRequest{
		Config: settings, Message: fmt.Sprintf("on process id %d and port %d", pid, i.port),
	})
	return err
}
