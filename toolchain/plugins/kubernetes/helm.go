package main

import "errors"

// Helm is refused with what to do instead: its engine is a project of its own, and a half-rendered chart is worse
// than none.
var errNoHelm = errors.New("this stand-in for the official kubernetes provider does no Helm charts or releases. " +
	"Render the chart (helm template) and give its YAML to kubernetes.yaml.v2.ConfigFile, " +
	"or install the official provider (pulumi plugin install resource kubernetes)")
