/** Volumes: the default StorageClass, by local-path-provisioner. */
import type { KubernetesObject } from "../kubectl";
import { files } from "../layout";
import { account, deployment, mayEverywhere, namespace, see, type Images } from "./parts";

export function storage(images: Images): KubernetesObject[] {
  const name = "local-path-provisioner";
  const space = "local-path-storage";
  const helper = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "helper-pod" },
    spec: {
      priorityClassName: "system-node-critical",
      tolerations: [{ operator: "Exists" }],
      containers: [
        {
          name: "helper-pod",
          image: images("busybox"),
          imagePullPolicy: "IfNotPresent",
          securityContext: { runAsUser: 0 },
          resources: { limits: { memory: "32Mi" } },
        },
      ],
    },
  };
  return [
    namespace(space, "privileged"), // its helper pods make folders on the node
    account(name, space),
    ...mayEverywhere(name, space, [
      {
        apiGroups: [""],
        resources: ["nodes", "persistentvolumeclaims", "configmaps", "pods", "pods/log"],
        verbs: see,
      },
      {
        apiGroups: [""],
        resources: ["persistentvolumes"],
        verbs: [...see, "create", "patch", "update", "delete"],
      },
      { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
      { apiGroups: ["storage.k8s.io"], resources: ["storageclasses"], verbs: see },
    ]),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name, namespace: space },
      rules: [
        { apiGroups: [""], resources: ["pods"], verbs: [...see, "create", "patch", "update", "delete"] },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name, namespace: space },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: space }],
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "local-path-config", namespace: space },
      data: {
        "config.json": JSON.stringify({
          nodePathMap: [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [files.volumes] }],
        }),
        setup: '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n',
        teardown: '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n',
        "helperPod.yaml": JSON.stringify(helper),
      },
    },
    deployment({
      name,
      image: images(name),
      space,
      args: [
        "start",
        "--config=/etc/config/config.json",
        `--helper-image=${images("busybox")}`,
        `--service-account-name=${name}`,
        "--configmap-name=local-path-config",
      ],
      memory: "128Mi",
      container: {
        env: [
          { name: "POD_NAMESPACE", value: space },
          { name: "CONFIG_MOUNT_PATH", value: "/etc/config/" },
        ],
        volumeMounts: [{ name: "config", mountPath: "/etc/config", readOnly: true }],
      },
      volumes: [{ name: "config", configMap: { name: "local-path-config" } }],
    }),
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: "local-path",
        annotations: {
          "storageclass.kubernetes.io/is-default-class": "true",
          // The kubelet tells how full volumes of this type are; of folders of the node it tells nothing.
          defaultVolumeType: "local",
        },
      },
      provisioner: "rancher.io/local-path",
      volumeBindingMode: "WaitForFirstConsumer",
      reclaimPolicy: "Delete",
    },
  ];
}
