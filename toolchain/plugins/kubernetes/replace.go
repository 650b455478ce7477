package main

// Which changes no update can make: the fields that Kubernetes fixes when an object is made. The table serves when
// there is no server to ask; where there is one, what it refuses as immutable is added (see verify.go).

import (
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// fixedFields are paths with "*" for any one step, by group/kind. Versions of one kind share their fields.
var fixedFields = map[string][]string{
	"apps/DaemonSet":   {"spec.selector"},
	"apps/Deployment":  {"spec.selector"},
	"apps/ReplicaSet":  {"spec.selector"},
	"apps/StatefulSet": {"spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"},
	"batch/Job": {
		"spec.selector", "spec.template", "spec.completions", "spec.completionMode", "spec.podFailurePolicy",
		"spec.backoffLimitPerIndex", "spec.managedBy", "spec.successPolicy", "spec.manualSelector",
	},
	"/PersistentVolumeClaim": {
		"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName", "spec.volumeMode",
		"spec.dataSource", "spec.dataSourceRef",
	},
	"/PersistentVolume": {
		"spec.awsElasticBlockStore", "spec.azureDisk", "spec.azureFile", "spec.cephfs", "spec.cinder", "spec.csi",
		"spec.fc", "spec.flexVolume", "spec.flocker", "spec.gcePersistentDisk", "spec.glusterfs", "spec.hostPath",
		"spec.iscsi", "spec.local", "spec.nfs", "spec.photonPersistentDisk", "spec.portworxVolume", "spec.quobyte",
		"spec.rbd", "spec.scaleIO", "spec.storageos", "spec.vsphereVolume", "spec.volumeMode",
	},
	"/ResourceQuota":                 {"spec.scopes", "spec.scopeSelector"},
	"/Service":                       {"spec.clusterIP", "spec.clusterIPs"},
	"/Secret":                        {"type"},
	"discovery.k8s.io/EndpointSlice": {"addressType"},
	"networking.k8s.io/IngressClass": {"spec.controller"},
	"node.k8s.io/RuntimeClass":       {"handler"},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {"roleRef"},
	"rbac.authorization.k8s.io/RoleBinding":        {"roleRef"},
	"scheduling.k8s.io/PriorityClass":              {"value", "preemptionPolicy"},
	"storage.k8s.io/CSIDriver":                     {"spec.attachRequired", "spec.fsGroupPolicy", "spec.volumeLifecycleModes"},
	"storage.k8s.io/StorageClass": {
		"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode",
	},
	"storage.k8s.io/VolumeAttributesClass":          {"driverName", "parameters"},
	"certificates.k8s.io/CertificateSigningRequest": {"spec"},
	"apiextensions.k8s.io/CustomResourceDefinition": {"spec.group", "spec.names.kind", "spec.scope"},
}

// In a Pod only these can change; a new image is a new Pod here, as it is for the official provider.
var podFree = []string{"spec.activeDeadlineSeconds", "spec.tolerations", "spec.schedulingGates"}

// sameObject lists the groups a kind has moved between: its objects are the same ones under either name.
var sameObject = map[string][]string{
	"DaemonSet": {"extensions", "apps"}, "Deployment": {"extensions", "apps"}, "ReplicaSet": {"extensions", "apps"},
	"Ingress": {"extensions", "networking.k8s.io"}, "NetworkPolicy": {"extensions", "networking.k8s.io"},
	"Event": {"", "events.k8s.io"},
}

// mutability is what the provider's settings say of ConfigMaps and Secrets: by default a change replaces them, so
// that what uses them is rolled.
type mutability struct{ configMaps, secrets bool }

// markReplacements marks the changes that only a new object can bring.
func markReplacements(changes []change, old, new object, patch bool, m mutability) {
	kind := kindOf(new)
	fixed := []string{"metadata.name", "metadata.namespace"}
	if !patch {
		fixed = append(fixed, fixedFieldsOf(kind, old, new, m)...)
	}
	for i := range changes {
		c := &changes[i]
		c.replace = c.replace || c.touches(fixed)
		if c.path.String() == "kind" || (c.path.String() == "apiVersion" && otherObject(old, new)) {
			c.replace = true
		}
		if !patch && kind.Group == "" && kind.Kind == "Pod" && c.touches([]string{"spec"}) && !c.inside(podFree) {
			c.replace = true
		}
	}
}

func fixedFieldsOf(kind schema.GroupVersionKind, old, new object, m mutability) []string {
	immutable := old["immutable"] == true || new["immutable"] == true
	fixed := fixedFields[kind.Group+"/"+kind.Kind]
	switch {
	case kind.Group != "":
	case kind.Kind == "ConfigMap" && (immutable || !m.configMaps):
		fixed = append(fixed[:len(fixed):len(fixed)], "data", "binaryData")
	case kind.Kind == "Secret" && (immutable || !m.secrets):
		fixed = append(fixed[:len(fixed):len(fixed)], "data", "stringData")
	}
	if old["immutable"] == true && (kind.Kind == "ConfigMap" || kind.Kind == "Secret") {
		fixed = append(fixed[:len(fixed):len(fixed)], "immutable")
	}
	return fixed
}

func otherObject(old, new object) bool {
	before, after := kindOf(old), kindOf(new)
	if before.Group == after.Group {
		return false
	}
	groups := sameObject[after.Kind]
	return !(slices.Contains(groups, before.Group) && slices.Contains(groups, after.Group))
}

// touches tells whether a change is at, below or around one of the patterns. A change around one (a whole spec that
// comes or goes) counts if the field is in what came or went.
func (c change) touches(patterns []string) bool {
	for _, pattern := range patterns {
		steps := strings.Split(pattern, ".")
		if !matches(c.path, steps) {
			continue
		}
		if len(c.path) >= len(steps) || holds(c.old, steps[len(c.path):]) || holds(c.new, steps[len(c.path):]) {
			return true
		}
	}
	return false
}

// inside tells whether a change is at or below one of the patterns.
func (c change) inside(patterns []string) bool {
	for _, pattern := range patterns {
		if steps := strings.Split(pattern, "."); len(c.path) >= len(steps) && matches(c.path, steps) {
			return true
		}
	}
	return false
}

func matches(path fieldPath, steps []string) bool {
	for i := range min(len(path), len(steps)) {
		if key, ok := path[i].(string); steps[i] != "*" && (!ok || key != steps[i]) {
			return false
		}
	}
	return true
}

func holds(v any, steps []string) bool {
	path := make(fieldPath, len(steps))
	for i, step := range steps {
		path[i] = step
	}
	_, ok := lookup(v, path)
	return ok
}
