import { given, is, text } from "../../cel/text";
import { pages } from "../../frameworks";
import { postgresCluster } from "../../kinds";
import { objectRule } from "../../rule";
import { pinned } from "../images/reference";

export const postgresImage = objectRule({
  name: "postgres-image-is-pinned",
  title: "In production the database's image is named by its digest.",
  severity: "high",
  on: [postgresCluster],
  variables: { tier: ({ tier }) => text(tier) },
  validations: [
    {
      when: "variables.tier == 'production'",
      holds: `${given("object.spec.imageName")} && ${pinned("object.spec.imageName")} || ${given("object.spec.imageCatalogRef")}`,
      property: "spec.imageName",
      wanted: "name:tag@sha256:…, or an image catalog",
      message: "the next failover may bring another version of Postgres",
    },
  ],
  fix: "Append the digest to spec.imageName.",
  url: pages.images,
});

export const noSuperuser = objectRule({
  name: "postgres-hides-its-superuser",
  title: "The superuser of Postgres cannot log in over the network.",
  severity: "medium",
  on: [postgresCluster],
  validations: [
    {
      holds: `!${is("object.spec.enableSuperuserAccess", "true")}`,
      property: "spec.enableSuperuserAccess",
      wanted: "false",
      message: "the superuser has a password and may log in from anywhere",
    },
  ],
  fix: "Delete enableSuperuserAccess; for repairs there is `kubectl cnpg psql`.",
  url: pages.cnpgSecurity,
});
