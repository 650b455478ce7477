package main

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/nodejs/npm"
)

// options are what a project says below `runtime.options` in its Pulumi.yaml.
type options struct {
	typescript     bool
	tsconfig       string
	nodeArguments  []string
	packageManager npm.PackageManagerType
}

var packageManagers = map[string]npm.PackageManagerType{
	"auto": npm.AutoPackageManager,
	"npm":  npm.NpmPackageManager,
	"yarn": npm.YarnPackageManager,
	"pnpm": npm.PnpmPackageManager,
	"bun":  npm.BunPackageManager,
}

func parseOptions(given map[string]any) (options, error) {
	parsed := options{typescript: true, packageManager: npm.AutoPackageManager}
	var problems []string
	expect := func(key, kind string) {
		problems = append(problems, fmt.Sprintf("%s option must be a %s, got %v", key, kind, given[key]))
	}
	text := func(key string) string {
		value, is := given[key].(string)
		if _, set := given[key]; set && !is {
			expect(key, "string")
		}
		return value
	}

	if value, set := given["typescript"]; set {
		is := false
		if parsed.typescript, is = value.(bool); !is {
			expect("typescript", "boolean")
		}
	}
	parsed.tsconfig = text("tsconfig")
	arguments, err := splitWords(text("nodeargs"))
	if err != nil {
		problems = append(problems, "nodeargs option: "+err.Error())
	}
	parsed.nodeArguments = arguments
	if wanted := text("packagemanager"); wanted != "" {
		known := false
		if parsed.packageManager, known = packageManagers[wanted]; !known {
			problems = append(problems,
				fmt.Sprintf("packagemanager option must be one of auto, npm, yarn, pnpm or bun, got %q", wanted))
		}
	}
	if len(problems) > 0 {
		return parsed, fmt.Errorf("runtime options in Pulumi.yaml: %s", strings.Join(problems, "; "))
	}
	return parsed, nil
}

// splitWords splits as a shell would: blanks part words, quotes and backslashes keep them together.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false
	quote := rune(0)
	escaped := false
	for _, char := range text {
		switch {
		case escaped:
			// Inside double quotes a backslash only escapes what would otherwise end or nest the quoting.
			if quote == '"' && char != '"' && char != '\\' {
				word.WriteRune('\\')
			}
			word.WriteRune(char)
			escaped = false
		case char == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0:
			if char == quote {
				quote = 0
			} else {
				word.WriteRune(char)
			}
		case char == '"' || char == '\'':
			quote, inWord = char, true
		case char == ' ' || char == '\t' || char == '\n' || char == '\r':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(char)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, fmt.Errorf("a quote or backslash is never closed in %q", text)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
