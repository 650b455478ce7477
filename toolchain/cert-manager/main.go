// cert-manager's own controllers for CA and self-signed issuers, wired by a main of ours: upstream's main packages
// are modules of their own that cannot always be had. See README.md for what is left out.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/cert-manager/cert-manager/pkg/controller"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/util/flowcontrol"

	// Each registers itself with the controller package.
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/ca"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/selfsigned"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/metrics"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/clusterissuers"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/ca"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/selfsigned"
)

const (
	workers       = 2
	qps           = 20
	burst         = 50
	leaseDuration = 15 * time.Second
	renewDeadline = 10 * time.Second
	retryPeriod   = 2 * time.Second
)

func main() {
	namespace := flag.String("namespace", os.Getenv("POD_NAMESPACE"), "where cluster issuers keep their secrets, and the leader's lease")
	listen := flag.String("listen", ":9402", "address of /metrics and /healthz")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	logf.InitLogs()
	if err := run(logf.NewContext(ctx, logf.Log), *namespace, *listen); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, namespace, listen string) error {
	factory, err := controller.NewContextFactory(ctx, controller.ContextOptions{
		KubernetesAPIQPS:   qps,
		KubernetesAPIBurst: burst,
		IssuerOptions:      controller.IssuerOptions{ClusterResourceNamespace: namespace},
		CertificateOptions: controller.CertificateOptions{
			CertificateRequestMinimumBackoffDuration: time.Hour,
			CertificateRequestMaximumBackoffDuration: 32 * time.Hour,
		},
	})
	if err != nil {
		return fmt.Errorf("building the controllers' context: %w", err)
	}
	root, err := factory.Build()
	if err != nil {
		return fmt.Errorf("building the controllers' clients: %w", err)
	}
	if err := lead(ctx, namespace); err != nil {
		return err
	}
	return control(ctx, factory, root, listen)
}

// control starts every registered controller and waits until the context ends or one of them fails.
func control(ctx context.Context, factory *controller.ContextFactory, root *controller.Context, listen string) error {
	controllers := map[string]controller.Interface{}
	for name, construct := range controller.Known() {
		made, err := construct(factory)
		if err != nil {
			return fmt.Errorf("constructing the controller %s: %w", name, err)
		}
		controllers[name] = made
	}
	var running sync.WaitGroup
	failed := make(chan error, len(controllers)+1)
	start := func(what string, work func() error) {
		running.Go(func() {
			if err := work(); err != nil {
				failed <- fmt.Errorf("running %s: %w", what, err)
			}
		})
	}
	// Upstream's own main does this too; the controller certificates-metrics does nothing any more.
	root.Metrics.SetupCertificateCollector(root.SharedInformerFactory.Certmanager().V1().Certificates().Lister())
	start("the metrics server", func() error { return serve(ctx, listen, root) })
	for name, made := range controllers {
		start("the controller "+name, func() error { return made.Run(workers, ctx) })
	}
	root.SharedInformerFactory.Start(ctx.Done())
	root.KubeSharedInformerFactory.Start(ctx.Done())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		running.Wait()
		return nil
	}
}

// lead returns once this process is the leader; losing the lease later ends the process.
func lead(ctx context.Context, namespace string) error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return fmt.Errorf("reading the pod's own credentials: %w", err)
	}
	config.RateLimiter = flowcontrol.NewTokenBucketRateLimiter(qps, burst)
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("building a client: %w", err)
	}
	name, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("reading the pod's name: %w", err)
	}
	lock, err := resourcelock.New(resourcelock.LeasesResourceLock, namespace, "cert-manager-controller",
		client.CoreV1(), client.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: name})
	if err != nil {
		return fmt.Errorf("making the leader's lease: %w", err)
	}
	leading := make(chan struct{})
	go leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
		Lock: lock, LeaseDuration: leaseDuration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod, ReleaseOnCancel: true,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: func(context.Context) { close(leading) },
			OnStoppedLeading: func() {
				if ctx.Err() == nil {
					fmt.Fprintln(os.Stderr, "the leader's lease was lost")
					os.Exit(1)
				}
			},
		},
	})
	select {
	case <-leading:
		return nil
	case <-ctx.Done():
		return nil
	}
}

// serve answers /metrics (certificate expiry among them) and /healthz until the context ends.
func serve(ctx context.Context, listen string, root *controller.Context) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	server := root.Metrics.NewServer(listener)
	mux := http.NewServeMux()
	mux.Handle("/metrics", server.Handler)
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server.Handler = mux
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
