package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 365 * 24 * time.Hour
	renewBefore   = 60 * 24 * time.Hour
	clockSkew     = 5 * time.Minute
)

// leaf is one certificate: who it speaks for, and where it may serve.
type leaf struct {
	file   string
	signer string
	name   string
	groups []string
	serves bool // on the names and addresses of the node
}

// Each authority signs for one circle only, so that no certificate of one is taken in another.
var authorities = []string{"ca", "etcd-ca", "front-proxy-ca"}

func leaves(node string) []leaf {
	return []leaf{
		{file: "etcd", signer: "etcd-ca", name: "etcd", serves: true},
		{file: "apiserver-etcd", signer: "etcd-ca", name: "kube-apiserver"},
		{file: "apiserver", signer: "ca", name: "kube-apiserver", serves: true},
		{file: "apiserver-kubelet", signer: "ca", name: "kube-apiserver-kubelet", groups: []string{"system:masters"}},
		{file: "front-proxy", signer: "front-proxy-ca", name: "front-proxy"},
		{file: "controller-manager", signer: "ca", name: "system:kube-controller-manager", serves: true},
		{file: "scheduler", signer: "ca", name: "system:kube-scheduler", serves: true},
		{file: "kubelet", signer: "ca", name: "system:node:" + node, groups: []string{"system:nodes"}, serves: true},
		{file: "proxy", signer: "ca", name: "system:kube-proxy"},
		{file: "cilium", signer: "ca", name: "slipway:cilium", groups: []string{"system:masters"}},
		{file: "kwok", signer: "ca", name: "slipway:kwok", groups: []string{"system:masters"}},
		{file: "probe", signer: "ca", name: "slipway:probe"},
		{file: "admin", signer: "ca", name: "slipway:admin", groups: []string{"system:masters"}},
	}
}

// makeCertificates fills a folder; what is there and lasts is kept. The further arguments are the node's name, then
// each name and address it serves on.
func makeCertificates(folder string, arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("say the node's name, then the names and addresses it serves on")
	}
	node, serves := arguments[0], arguments[1:]
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	signers := map[string]*pair{}
	for _, name := range authorities {
		signer, err := authority(folder, name)
		if err != nil {
			return err
		}
		signers[name] = signer
	}
	for _, each := range leaves(node) {
		if err := each.make(folder, signers[each.signer], serves); err != nil {
			return fmt.Errorf("certificate %s: %w", each.file, err)
		}
	}
	return serviceAccountKey(folder)
}

// pair is a certificate with its private key.
type pair struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func authority(folder, name string) (*pair, error) {
	found, err := load(folder, name)
	if err == nil && time.Until(found.certificate.NotAfter) > leafLife {
		return found, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s cannot be read: %w", filepath.Join(folder, name+".crt"), err)
	}
	return issue(folder, name, &x509.Certificate{
		Subject:               pkix.Name{CommonName: "slipway " + name},
		NotAfter:              time.Now().Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}, nil)
}

func (each leaf) make(folder string, signer *pair, serves []string) error {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: each.name, Organization: each.groups},
		NotAfter:    time.Now().Add(leafLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if each.serves {
		template.ExtKeyUsage = append(template.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
		for _, where := range serves {
			if address := net.ParseIP(where); address != nil {
				template.IPAddresses = append(template.IPAddresses, address)
			} else {
				template.DNSNames = append(template.DNSNames, where)
			}
		}
	}
	if found, err := load(folder, each.file); err == nil && lasts(found.certificate, template, signer) {
		return nil
	}
	_, err := issue(folder, each.file, template, signer)
	return err
}

// lasts says whether a certificate will do for what is wanted now.
func lasts(found, wanted *x509.Certificate, signer *pair) bool {
	return time.Until(found.NotAfter) > renewBefore &&
		found.CheckSignatureFrom(signer.certificate) == nil &&
		found.Subject.String() == wanted.Subject.String() &&
		fmt.Sprint(found.DNSNames, found.IPAddresses) == fmt.Sprint(wanted.DNSNames, wanted.IPAddresses)
}

func issue(folder, name string, template *x509.Certificate, signer *pair) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, err
	}
	template.NotBefore = time.Now().Add(-clockSkew)
	parent, signing := template, key
	if signer != nil {
		parent, signing = signer.certificate, signer.key
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signing)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		return nil, err
	}
	if err := writeKey(filepath.Join(folder, name+".key"), key); err != nil {
		return nil, err
	}
	// Written last: a certificate that is there has its key.
	return &pair{certificate, key}, writePEM(filepath.Join(folder, name+".crt"), "CERTIFICATE", raw, 0o644)
}

// serviceAccountKey signs the tokens of service accounts; a new one would make every pod a stranger.
func serviceAccountKey(folder string) error {
	file := filepath.Join(folder, "service-account.key")
	if _, err := os.Stat(file); err == nil {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	return writeKey(file, key)
}

func writeKey(file string, key *ecdsa.PrivateKey) error {
	// The form that Kubernetes finds a public key in as well.
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(file, "EC PRIVATE KEY", raw, 0o600)
}

func writePEM(file, kind string, raw []byte, mode os.FileMode) error {
	fresh := file + ".new"
	if err := os.WriteFile(fresh, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), mode); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}

func load(folder, name string) (*pair, error) {
	certificate, err := readPEM(filepath.Join(folder, name+".crt"))
	if err != nil {
		return nil, err
	}
	key, err := readPEM(filepath.Join(folder, name+".key"))
	if err != nil {
		return nil, err
	}
	found := &pair{}
	if found.certificate, err = x509.ParseCertificate(certificate); err != nil {
		return nil, err
	}
	if found.key, err = x509.ParseECPrivateKey(key); err != nil {
		return nil, err
	}
	if !found.key.PublicKey.Equal(found.certificate.PublicKey) {
		return nil, fmt.Errorf("the key is not the certificate's")
	}
	return found, nil
}

func readPEM(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s holds no PEM", file)
	}
	return block.Bytes, nil
}
