/**
 * The content behind the tags of images that Slipway names itself: of all platforms at once (the index), so that one
 * digest serves every node. How each was checked: docs/decisions/0024-digests-of-others-images.md.
 */
const digests: Readonly<Record<string, string>> = {
  // What stacks run.
  "ghcr.io/cloudnative-pg/postgresql:14.24-202608310817-standard-bookworm":
    "31221f7241b4aa568c4191d2a8e51d2bbc51b5141a2548bb9023d6e96e1b98a0",
  "ghcr.io/cloudnative-pg/postgresql:15.19-202608310817-standard-bookworm":
    "ad1dcb64577ebafbaa0489c38e7cf950959423860ba3513e7f2f306421d3bd8c",
  "ghcr.io/cloudnative-pg/postgresql:16.15-202608310817-standard-bookworm":
    "6c697d90e9b7cd6c70e06b76616c89540650c2b80a603e9804993800c3413c51",
  "ghcr.io/cloudnative-pg/postgresql:17.11-202608310816-standard-bookworm":
    "e8ffaff9d17011fb71f264d857c3b4c54cb86ed0443a4ecb0298cb96be708d4e",
  "ghcr.io/cloudnative-pg/postgresql:18.6-202608310817-standard-bookworm":
    "cdb5c283a473507f7c597ea7e045d1a5e8efcbc4c5101aada013af9bd37ccc43",
  "docker.io/library/redis:6.2.24-bookworm":
    "e7b96daa9a182b0a2639253fdab98244190ec2dca8a41da3fb31a147ef71a870",
  "docker.io/library/redis:7.4.11-bookworm":
    "c6eabf748fc7a61dbb5a705c78bcf3d6377b1127a97d0ce965c11c44ba46896f",
  "docker.io/library/redis:8.10.2": "d5ac52db24d4e70566fe9944f22cf5bdc2bc739b05c0f426335161ea6c23f3b3",
  "docker.io/oliver006/redis_exporter:v1.90.0":
    "a129504e65b87c54f79bc92f1afc403475e8ff646a3d7512de469904ceddf986",
  "docker.io/grafana/alloy:v1.10.2": "bcf27f18c4402869af112fb39e35e1db3804a404686f4caa20bdf77814219223",
  "docker.io/library/node:24.21.0-bookworm-slim":
    "0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6",
  "docker.io/rclone/rclone:1.74.4": "c61954aaa32328a5486715dd063a81c7879f5195ad3505cd362deddd509dc4a1",

  // What the platform runs.
  "docker.io/library/traefik:v3.6.1": "fd5932c796f7e2db9fd6bff485ef693d53797f0ee8ad03dc68aa424ea6f21958",
  "ghcr.io/cloudnative-pg/cloudnative-pg:1.30.0":
    "a2701eb97cdd2a34b1fdb2cb51987f544b706e40bec72ae7146cd8580efefebb",
  "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.13.0":
    "71589dbac582333442812b07b31f7ea4d00324a8358aac7ca507dabf9f4b6c96",
  "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.13.0":
    "990361af3319f9e23aafa0f6d7981f99bf1f69b4e6a85cf1bc7d71d6f09bb288",
  "quay.io/prometheus/prometheus:v3.15.0": "efd719c99d83b060d9daefdcf00360461adf279f45ef5391f8d111892118753e",
  "quay.io/prometheus/alertmanager:v0.31.1":
    "88b605de9aba0410775c1eb3438f951115054e0d307f23f274a4c705f51630c1",
  "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.15.0":
    "db384bf43222b066c378e77027a675d4cd9911107adba46c2922b3a55e10d6fb",
  "quay.io/prometheus/node-exporter:v1.9.1":
    "d00a542e409ee618a4edc67da14dd48c5da66726bbd5537ab2af9c1dfc442c8a",
  "quay.io/prometheus/blackbox-exporter:v0.27.0":
    "a50c4c0eda297baa1678cd4dc4712a67fdea713b832d43ce7fcc5f9bea05094d",
  "docker.io/grafana/grafana:12.1.1": "a1701c2180249361737a99a01bc770db39381640e4d631825d38ff4535efa47d",
};

/** The image with its digest; as it is where none is known, which tests allow by name only. */
export function pinned(image: string): string {
  const digest = digests[image];
  return digest === undefined ? image : `${image}@sha256:${digest}`;
}

/** Tags that have a digest here: one that nothing runs any more is to go. */
export const pinnedTags: readonly string[] = Object.keys(digests);
