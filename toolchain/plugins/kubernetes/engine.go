package main

// The way back to the engine: lines that stay under a resource, lines that the next one replaces, and the raw
// connection that components register their children on.

import (
	"context"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/logging"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// engine has no client until it is connected: a debugger attaches later, a unit test never does.
type engine struct {
	conn   *grpc.ClientConn
	client pulumirpc.EngineClient
}

func (e *engine) connect(address string) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		rpcutil.GrpcChannelOptions())
	if err != nil {
		return fmt.Errorf("the engine at %s cannot be spoken to: %w", address, err)
	}
	e.conn, e.client = conn, pulumirpc.NewEngineClient(conn)
	return nil
}

func (e *engine) say(ctx context.Context, severity diag.Severity, urn resource.URN, text string, fleeting bool) {
	if e.client == nil {
		return
	}
	level := pulumirpc.LogSeverity_INFO
	if severity == diag.Warning {
		level = pulumirpc.LogSeverity_WARNING
	}
	// A cancelled operation still has something to say.
	ctx, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	_, err := e.client.Log(ctx, &pulumirpc.LogRequest{
		Severity: level, Message: text, Urn: string(urn), Ephemeral: fleeting,
	})
	if err != nil {
		logging.V(5).Infof("the engine did not take a message: %v", err)
	}
}
