/** The images that the local stack and its platform run. */
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
