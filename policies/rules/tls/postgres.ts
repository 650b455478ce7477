import { given, is } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { pooler, postgresCluster } from "../../kinds";
import { objectRule } from "../../rule";

const parameters = "object.spec.postgresql.parameters";
const rules = "object.spec.postgresql.pg_hba";

export const postgresTls = objectRule({
  name: "postgres-uses-tls",
  title: "Postgres takes connections with TLS 1.2 or newer, and with a password or certificate.",
  severity: "high",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [postgresCluster],
  validations: [
    {
      holds: `!${is(`${parameters}.ssl`, "'off'")}`,
      property: "spec.postgresql.parameters.ssl",
      wanted: "on, as the operator sets it",
      message: "Postgres speaks plain text",
    },
    {
      when: given(`${parameters}.ssl_min_protocol_version`),
      holds: `${parameters}.ssl_min_protocol_version in ['TLSv1.2', 'TLSv1.3']`,
      property: "spec.postgresql.parameters.ssl_min_protocol_version",
      wanted: "TLSv1.2 or TLSv1.3",
      message: "Postgres takes versions of TLS that are broken",
    },
    {
      when: given(rules),
      holds: `${rules}.all(line, !line.matches('^ *(host|hostnossl) .*[ \\t](trust|password|md5|scram-sha-256|ident) *$'))`,
      property: "spec.postgresql.pg_hba",
      wanted: "hostssl lines, and hostnossl only with reject",
      message: "a line lets clients in without TLS",
    },
    {
      when: given(rules),
      holds: `${rules}.all(line, !line.matches('[ \\t](trust|password) *$'))`,
      property: "spec.postgresql.pg_hba",
      wanted: "scram-sha-256 or cert",
      message: "a line lets clients in without a password, or with one in plain text",
    },
  ],
  fix: "Write hostssl lines with scram-sha-256 or cert, and leave ssl to the operator.",
  url: pages.cnpgCertificates,
});

const pgbouncer = "object.spec.pgbouncer.parameters";

export const poolerTls = objectRule({
  name: "poolers-use-tls",
  title: "Poolers do not lower the TLS of their clients or of their connections to Postgres.",
  severity: "high",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [pooler],
  validations: [
    {
      when: given(`${pgbouncer}.client_tls_sslmode`),
      holds: `${pgbouncer}.client_tls_sslmode in ['require', 'verify-ca', 'verify-full']`,
      property: "spec.pgbouncer.parameters.client_tls_sslmode",
      wanted: "require, verify-ca or verify-full",
      message: "the pooler takes clients without TLS",
    },
    {
      when: given(`${pgbouncer}.server_tls_sslmode`),
      holds: `${pgbouncer}.server_tls_sslmode in ['require', 'verify-ca', 'verify-full']`,
      property: "spec.pgbouncer.parameters.server_tls_sslmode",
      wanted: "verify-full, verify-ca or require",
      message: "the pooler connects to Postgres without TLS",
    },
  ],
  fix: "Leave server_tls_sslmode to the operator (verify-ca), and set client_tls_sslmode to require.",
  url: pages.cnpgPooling,
});
