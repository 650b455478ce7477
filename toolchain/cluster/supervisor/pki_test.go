package main

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestCertificatesAreTrustedForWhatTheySay(t *testing.T) {
	folder := t.TempDir()
	if err := makeCertificates(folder, []string{"node", "localhost", "127.0.0.1"}); err != nil {
		t.Fatal(err)
	}
	for _, each := range leaves("node") {
		found, err := load(folder, each.file)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := load(folder, each.signer)
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(signer.certificate)
		options := x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
		if each.serves {
			options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
			options.DNSName = "127.0.0.1"
		}
		if _, err := found.certificate.Verify(options); err != nil {
			t.Errorf("%s: %v", each.file, err)
		}
		if info, _ := os.Stat(filepath.Join(folder, each.file+".key")); info.Mode().Perm() != 0o600 {
			t.Errorf("the key of %s is %v", each.file, info.Mode())
		}
	}
	stranger, err := load(folder, "etcd-ca")
	if err != nil {
		t.Fatal(err)
	}
	admin, err := load(folder, "admin")
	if err != nil {
		t.Fatal(err)
	}
	if admin.certificate.CheckSignatureFrom(stranger.certificate) == nil {
		t.Error("etcd's authority vouches for the administrator")
	}
}

func TestOnlyWhatEndsSoonOrNoLongerFitsIsMadeAgain(t *testing.T) {
	folder := t.TempDir()
	make := func(serves ...string) map[string]string {
		if err := makeCertificates(folder, append([]string{"node"}, serves...)); err != nil {
			t.Fatal(err)
		}
		serials := map[string]string{}
		for _, name := range []string{"ca", "apiserver", "admin", "probe"} {
			found, err := load(folder, name)
			if err != nil {
				t.Fatal(err)
			}
			serials[name] = found.certificate.SerialNumber.String()
		}
		return serials
	}
	first := make("127.0.0.1")
	signer, err := load(folder, "ca")
	if err != nil {
		t.Fatal(err)
	}
	// The probe's ends within the time before which certificates are renewed.
	old, err := load(folder, "probe")
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{Subject: old.certificate.Subject, NotAfter: time.Now().Add(renewBefore - time.Hour), ExtKeyUsage: old.certificate.ExtKeyUsage}
	if _, err := issue(folder, "probe", template, signer); err != nil {
		t.Fatal(err)
	}
	second := make("127.0.0.1", "10.0.0.1")
	if second["ca"] != first["ca"] || second["admin"] != first["admin"] {
		t.Error("what lasts was made again")
	}
	if second["apiserver"] == first["apiserver"] {
		t.Error("a new address is not in the server's certificate")
	}
	if found, _ := load(folder, "probe"); time.Until(found.certificate.NotAfter) < renewBefore {
		t.Error("what ends soon was kept")
	}
	if third := make("127.0.0.1", "10.0.0.1"); third["apiserver"] != second["apiserver"] {
		t.Error("what fits was made again")
	}
}
