// Package node finds files of npm packages as Node's require would, without starting Node.
package node

import (
	"os"
	"path/filepath"
	"strings"
)

// Resolve finds a module (or any file of a package) from a folder: in each node_modules from there up, then on NODE_PATH.
// Empty when it is nowhere.
func Resolve(module, from string) string {
	for dir := from; ; dir = filepath.Dir(dir) {
		if found := in(filepath.Join(dir, "node_modules"), module); found != "" {
			return found
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	for place := range strings.SplitSeq(os.Getenv("NODE_PATH"), string(os.PathListSeparator)) {
		if place != "" {
			if found := in(place, module); found != "" {
				return found
			}
		}
	}
	return ""
}

func in(modules, module string) string {
	path := filepath.Join(modules, filepath.FromSlash(module))
	for _, candidate := range []string{path + ".js", filepath.Join(path, "index.js"), path} {
		if info, err := os.Stat(candidate); err == nil && info.Mode().IsRegular() {
			return candidate
		}
	}
	return ""
}
