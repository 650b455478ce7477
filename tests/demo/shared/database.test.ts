/** TLS to Postgres means what libpq means by it. */
import assert from "node:assert/strict";
import { withLibpqTls, type TlsSettings } from "../../../demo/shared/database";

const url = "postgres://app:p%40ss@db:5432/app";
const ca = "/etc/ca/ca.crt";

describe("demo withLibpqTls", () => {
  const cases: [string, string, TlsSettings, string][] = [
    ["nothing said: no TLS", "", {}, "?sslmode=disable"],
    [
      "a CA file alone: verified",
      "",
      { PGSSLROOTCERT: ca },
      "?sslmode=verify-full&uselibpqcompat=true&sslrootcert=%2Fetc%2Fca%2Fca.crt",
    ],
    ["PGSSLMODE is obeyed", "", { PGSSLMODE: "require" }, "?sslmode=require&uselibpqcompat=true"],
    [
      "the URL's mode goes first",
      "?sslmode=disable",
      { PGSSLMODE: "verify-full", PGSSLROOTCERT: ca },
      "?sslmode=disable",
    ],
    [
      "the URL's CA goes first",
      "?sslmode=verify-full&sslrootcert=%2Fown.crt",
      { PGSSLROOTCERT: ca },
      "?sslmode=verify-full&sslrootcert=%2Fown.crt&uselibpqcompat=true",
    ],
  ];
  for (const [what, query, tls, expected] of cases)
    it(what, () => assert.equal(withLibpqTls(url + query, tls), url + expected));
});
