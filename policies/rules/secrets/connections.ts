import { text } from "../../cel/text";
import { nsa, pages } from "../../frameworks";
import { configMap, pods } from "../../kinds";
import { objectRule } from "../../rule";

/** A connection that says it will do without TLS, or a plain one that leaves the cluster. */
export const plain =
  "sslmode=(disable|allow|prefer)|ssl=false|tls=false|(^|[^a-z])(redis|amqp|mongodb|mqtt|ldap|smtp)://([^@/ ]*@)?[a-z0-9-]+([.][a-z0-9-]+)*[.](com|net|org|io|dev|app|cloud|co)([:/ ]|$)";

export const connectionsTls = objectRule({
  name: "connections-use-tls",
  title: "No setting connects to a database, cache or queue without TLS.",
  severity: "high",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: pods,
  validations: [
    {
      each: "containers",
      holds: `!has(c.env) || c.env.all(e, !has(e.value) || !e.value.lowerAscii().matches(${text(plain)}))`,
      property: "env",
      wanted: "sslmode=verify-full or require, rediss://, amqps://",
      message: "connects without TLS",
    },
  ],
  fix: "Use the TLS form of the address and check the server's certificate.",
  url: pages.postgresTls,
});

export const configuredConnectionsTls = objectRule({
  name: "configured-connections-use-tls",
  title: "No ConfigMap has an address that does without TLS.",
  severity: "high",
  frameworks: [nsa("Network separation and hardening: TLS")],
  on: [configMap],
  validations: [
    {
      holds: `!has(object.data) || object.data.all(k, !object.data[k].lowerAscii().matches(${text(plain)}))`,
      property: "data",
      wanted: "sslmode=verify-full or require, rediss://, amqps://",
      message: "the ConfigMap has an address that does without TLS",
    },
  ],
  fix: "Use the TLS form of the address and check the server's certificate.",
  url: pages.postgresTls,
});
