package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"slipway.dev/toolchain/plugins/internal/node"
)

// field is one property as the npm package's type files declare it.
type field struct {
	name     string
	kind     string
	optional bool
}

// declarations reads what resources and look-ups take and give from the type files of the npm package that the program
// itself uses. So it is always of that version, and no copy of hundreds of types has to be kept here.
type declarations struct {
	folder string

	lock  sync.Mutex
	files map[string]string
}

// openDeclarations finds the package from the program's folder, which is this plugin's working directory.
func openDeclarations() (*declarations, error) {
	here, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	manifest := node.Resolve("@pulumi/cloudflare/package.json", here)
	if manifest == "" {
		return nil, fmt.Errorf("@pulumi/cloudflare is not installed where %s could use it: run npm install", here)
	}
	return &declarations{folder: filepath.Dir(manifest), files: map[string]string{}}, nil
}

var comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)

func (d *declarations) text(name string) (string, error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	if text, read := d.files[name]; read {
		return text, nil
	}
	bytes, err := os.ReadFile(d.file(name))
	if err != nil {
		return "", err
	}
	text := comments.ReplaceAllString(string(bytes), "")
	d.files[name] = text
	return text, nil
}

// file is where a type lies. The package writes some names with other capitals in files than in tokens: r2Bucket lies in
// r2bucket.d.ts, d1Database in d1database.d.ts.
func (d *declarations) file(name string) string {
	exact := filepath.Join(d.folder, filepath.FromSlash(name))
	if _, err := os.Stat(exact); err == nil {
		return exact
	}
	entries, err := os.ReadDir(filepath.Dir(exact))
	if err != nil {
		return exact
	}
	for _, entry := range entries {
		if strings.EqualFold(entry.Name(), filepath.Base(exact)) {
			return filepath.Join(filepath.Dir(exact), entry.Name())
		}
	}
	return exact
}

// token is a type or function's name in two parts: `cloudflare:index/dnsRecord:DnsRecord` is dnsRecord and DnsRecord.
func splitToken(token string) (module, name string, err error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 || parts[0] != "cloudflare" {
		return "", "", fmt.Errorf("%q is nothing of Cloudflare's", token)
	}
	return strings.TrimPrefix(parts[1], "index/"), parts[2], nil
}

// inputs of a resource type.
func (d *declarations) inputs(token string) ([]field, error) {
	return d.declared(token, "export interface %sArgs ")
}

// outputs of a resource type, its inputs among them.
func (d *declarations) outputs(token string) ([]field, error) {
	return d.declared(token, "export declare class %s ")
}

// results of a look-up.
func (d *declarations) results(token string) ([]field, error) {
	module, name, err := splitToken(token)
	if err != nil {
		return nil, err
	}
	text, err := d.text(module + ".d.ts")
	if err != nil {
		return nil, fmt.Errorf("@pulumi/cloudflare has no look-up %s", token)
	}
	return fieldsOf(text, "export interface "+upperFirst(name)+"Result "), nil
}

func upperFirst(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func (d *declarations) declared(token, header string) ([]field, error) {
	module, name, err := splitToken(token)
	if err != nil {
		return nil, err
	}
	text, err := d.text(module + ".d.ts")
	if err != nil {
		return nil, fmt.Errorf("@pulumi/cloudflare has no type %s", token)
	}
	return fieldsOf(text, fmt.Sprintf(header, name)), nil
}

// nested is what an input of an object type takes; nil where the package does not say.
func (d *declarations) nested(kind string) []field {
	match := inputReference.FindStringSubmatch(kind)
	if match == nil {
		return nil
	}
	text, err := d.text("types/input.d.ts")
	if err != nil {
		return nil
	}
	return fieldsOf(text, "export interface "+match[1]+" ")
}

var inputReference = regexp.MustCompile(`\binputs\.(\w+)`)

var declaration = regexp.MustCompile(`(?s)^\s*(?:readonly\s+)?(\w+)(\??):\s*(.*)$`)

// fieldsOf reads the members of the interface or class that begins with the header.
func fieldsOf(text, header string) []field {
	at := strings.Index(text, header)
	if at < 0 {
		return nil
	}
	open := strings.Index(text[at:], "{")
	if open < 0 {
		return nil
	}
	var fields []field
	depth, start := 0, at+open+1
	for index := start; index < len(text); index++ {
		switch text[index] {
		case '{', '(':
			depth++
		case '}', ')':
			if depth == 0 {
				return fields
			}
			depth--
		case ';':
			if depth > 0 {
				continue
			}
			if match := declaration.FindStringSubmatch(text[start:index]); match != nil {
				fields = append(fields, field{name: match[1], kind: strings.TrimSpace(match[3]), optional: match[2] == "?"})
			}
			start = index + 1
		}
	}
	return fields
}
