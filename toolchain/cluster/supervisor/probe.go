package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

const (
	probeEvery   = 50 * time.Millisecond
	probeTimeout = 2 * time.Second
)

// await answers once the component is ready, or when the context ends.
func (probe Probe) await(ctx context.Context) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, probeTimeout)
		err := probe.once(attempt)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(probeEvery):
		}
	}
}

func (probe Probe) once(ctx context.Context) error {
	if probe.Socket != "" {
		connection, err := (&net.Dialer{}).DialContext(ctx, "unix", probe.Socket)
		if err != nil {
			return err
		}
		return connection.Close()
	}
	if probe.URL == "" {
		return nil
	}
	client, err := probe.client()
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, probe.URL, nil)
	if err != nil {
		return err
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", probe.URL, answer.Status)
	}
	return nil
}

func (probe Probe) client() (*http.Client, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if probe.CA != "" {
		authority, err := os.ReadFile(probe.CA)
		if err != nil {
			return nil, err
		}
		settings.RootCAs = x509.NewCertPool()
		settings.RootCAs.AppendCertsFromPEM(authority)
	}
	if probe.Cert != "" {
		pair, err := tls.LoadX509KeyPair(probe.Cert, probe.Key)
		if err != nil {
			return nil, err
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	// No proxy, whatever the environment says: everything asked is on this machine.
	return &http.Client{Transport: &http.Transport{TLSClientConfig: settings}}, nil
}
