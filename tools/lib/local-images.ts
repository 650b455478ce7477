/** The images that the local stack and its platform run, and those that `up --full` adds to them. */
export const localImages = [
  "traefik",
  "cert-manager",
  "cloudnative-pg",
  "postgresql",
  "redis",
  "demo-api",
  "demo-worker",
  "demo-web",
];

export const fullImages: string[] = [
  "plugin-barman-cloud",
  "versitygw",
  "rclone",
  "prometheus-operator",
  "prometheus-config-reloader",
  "prometheus",
  "alertmanager",
  "kube-state-metrics",
  "exporters",
  "redis-exporter",
];
