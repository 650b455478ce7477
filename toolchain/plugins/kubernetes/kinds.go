package main

// What a resource is: its Kubernetes kind out of its Pulumi type, whether it lives in a namespace, its id.

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/kubernetes/scheme"
)

const helmModule = "helm.sh/"

// kindOfType reads kubernetes:apps/v1:Deployment. The SDK writes the core group as "core".
func kindOfType(urn resource.URN) (schema.GroupVersionKind, error) {
	parts := strings.Split(string(urn.Type()), ":")
	if len(parts) != 3 || parts[0] != "kubernetes" {
		return schema.GroupVersionKind{}, fmt.Errorf("%s is no type of this provider", urn.Type())
	}
	group, version, ok := strings.Cut(parts[1], "/")
	if !ok {
		group, version = "", group
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: parts[2]}, nil
}

func kindOf(obj object) schema.GroupVersionKind {
	kind := schema.FromAPIVersionAndKind(textIn(obj, "apiVersion"), textIn(obj, "kind"))
	if kind.Group == "core" {
		kind.Group = ""
	}
	return kind
}

// isPatchType tells a resource that owns some fields of an object somebody else made. The SDK names them after the
// kind: kubernetes:core/v1:NamespacePatch has the kind Namespace.
func isPatchType(urn resource.URN, kind string) bool {
	return strings.HasSuffix(string(urn.Type().Name()), "Patch") && !strings.HasSuffix(kind, "Patch")
}

func isHelm(urn resource.URN) bool {
	return strings.HasPrefix(string(urn.Type().Module().Name()), helmModule)
}

// isList tells v1:ConfigMapList and the like, which no API server stores.
func isList(kind schema.GroupVersionKind, obj object) bool {
	_, hasItems := obj["items"]
	return strings.HasSuffix(kind.Kind, "List") && (hasItems || isBuiltin(kind))
}

func isBuiltin(kind schema.GroupVersionKind) bool { return scheme.Scheme.Recognizes(kind) }

func isCRD(kind schema.GroupVersionKind) bool {
	return kind.Group == "apiextensions.k8s.io" && kind.Kind == "CustomResourceDefinition"
}

// The built-in kinds outside of namespaces: asked for by every Check, known without a server and also when there is
// none to ask.
var clusterScoped = sets.New(
	"/ComponentStatus", "/Namespace", "/Node", "/PersistentVolume",
	"admissionregistration.k8s.io/MutatingAdmissionPolicy",
	"admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/MutatingWebhookConfiguration",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy",
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration",
	"apiextensions.k8s.io/CustomResourceDefinition",
	"apiregistration.k8s.io/APIService",
	"authentication.k8s.io/SelfSubjectReview", "authentication.k8s.io/TokenReview",
	"authorization.k8s.io/SelfSubjectAccessReview", "authorization.k8s.io/SelfSubjectRulesReview",
	"authorization.k8s.io/SubjectAccessReview",
	"certificates.k8s.io/CertificateSigningRequest", "certificates.k8s.io/ClusterTrustBundle",
	"flowcontrol.apiserver.k8s.io/FlowSchema", "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration",
	"internal.apiserver.k8s.io/StorageVersion",
	"networking.k8s.io/IngressClass", "networking.k8s.io/IPAddress", "networking.k8s.io/ServiceCIDR",
	"node.k8s.io/RuntimeClass",
	"rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/ClusterRoleBinding",
	"resource.k8s.io/DeviceClass", "resource.k8s.io/DeviceTaintRule", "resource.k8s.io/ResourceSlice",
	"scheduling.k8s.io/PriorityClass",
	"storage.k8s.io/CSIDriver", "storage.k8s.io/CSINode", "storage.k8s.io/StorageClass",
	"storage.k8s.io/VolumeAttachment", "storage.k8s.io/VolumeAttributesClass",
	"storagemigration.k8s.io/StorageVersionMigration",
)

// builtinScope answers for the kinds Kubernetes ships; known is false for custom resources.
func builtinScope(kind schema.GroupVersionKind) (namespaced, known bool) {
	if clusterScoped.Has(kind.Group + "/" + kind.Kind) {
		return false, true
	}
	return true, isBuiltin(kind)
}

// idOf is NAMESPACE/NAME, or NAME outside of namespaces.
func idOf(obj *unstructured.Unstructured) string {
	if obj.GetNamespace() == "" {
		return obj.GetName()
	}
	return obj.GetNamespace() + "/" + obj.GetName()
}

func splitID(id string) (namespace, name string) {
	if before, after, ok := strings.Cut(id, "/"); ok {
		return before, after
	}
	return "", id
}

// title is how messages call an object.
func title(obj *unstructured.Unstructured) string { return obj.GetKind() + " " + idOf(obj) }
