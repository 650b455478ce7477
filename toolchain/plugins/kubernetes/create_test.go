package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
)

const configMaps = "/api/v1/namespaces/shop/configmaps"

// inTheWay is a server that knows ConfigMaps, and refuses the first one because there is one of that name; looked for,
// that one is as `found` says.
func inTheWay(t *testing.T, found func(http.ResponseWriter)) (*provider, *atomic.Int32) {
	t.Helper()
	created := &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case r.Method == http.MethodPost && created.Add(1) == 1:
			refuse(w, http.StatusConflict, "AlreadyExists")
		case r.Method == http.MethodPost:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprint(w, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it","namespace":"shop","uid":"new"}}`)
		case strings.HasPrefix(r.URL.Path, configMaps):
			found(w)
		case r.URL.Path == "/version":
			fmt.Fprint(w, `{"major":"1","minor":"36"}`)
		case r.URL.Path == "/api":
			fmt.Fprint(w, `{"kind":"APIVersions","versions":["v1"]}`)
		case r.URL.Path == "/apis":
			fmt.Fprint(w, `{"kind":"APIGroupList","apiVersion":"v1","groups":[]}`)
		case r.URL.Path == "/api/v1":
			fmt.Fprint(w, `{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"configmaps","namespaced":true,"kind":"ConfigMap","verbs":["create","get"]}]}`)
		default:
			refuse(w, http.StatusNotFound, "NotFound")
		}
	}))
	t.Cleanup(server.Close)
	p := newProvider(t.Context())
	cluster, err := connect(&rest.Config{Host: server.URL}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.cluster = cluster
	return p, created
}

func refuse(w http.ResponseWriter, code int, reason string) {
	w.WriteHeader(code)
	fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d,"message":"configmaps \"it\": %s"}`, reason, code, reason)
}

func makeIt(t *testing.T, p *provider) error {
	t.Helper()
	wanted := &unstructured.Unstructured{Object: fromJSON(t, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it","namespace":"shop"}}`)}
	_, _, err := p.createPatiently(context.Background(), application{wanted: wanted, manager: "test"})
	return err
}

// The server only says "is being deleted" if the old object is still there when it looks, which is after it refused.
func TestTheOneInTheWayMayBeGoneBeforeTheServerLooksWhyItRefused(t *testing.T) {
	p, created := inTheWay(t, func(w http.ResponseWriter) { refuse(w, http.StatusNotFound, "NotFound") })
	if err := makeIt(t, p); err != nil {
		t.Fatal(err)
	}
	if created.Load() != 2 {
		t.Fatalf("created %d times", created.Load())
	}
}

func TestTheOneInTheWayIsWaitedForWhileItLeaves(t *testing.T) {
	p, _ := inTheWay(t, func(w http.ResponseWriter) {
		fmt.Fprint(w, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it","namespace":"shop","deletionTimestamp":"2026-01-01T00:00:00Z"}}`)
	})
	if err := makeIt(t, p); err != nil {
		t.Fatal(err)
	}
}

func TestTheOneThatStaysInTheWayIsRefusedAtOnce(t *testing.T) {
	p, created := inTheWay(t, func(w http.ResponseWriter) {
		fmt.Fprint(w, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"it","namespace":"shop"}}`)
	})
	err := makeIt(t, p)
	if err == nil || errors.Is(err, errLeaving) || created.Load() != 1 {
		t.Fatalf("created %d times: %v", created.Load(), err)
	}
}
