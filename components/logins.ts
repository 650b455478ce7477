/** Logins that the gateway asks for, in the file it reads: one line of htpasswd each. */
import * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";
import type { Access } from "../config";

/** Passwords by user, or the one secret that holds `user:password`; `password` says what a secret holds. */
export function loginLines(
  users: NonNullable<Access["basicAuth"]>,
  password: (secret: string) => pulumi.Output<string>,
): pulumi.Output<string> {
  if (typeof users === "string") {
    return password(users).apply((pair) => {
      const [user = "", ...rest] = pair.split(":");
      return htpasswd(user, rest.join(":"));
    });
  }
  const lines = Object.entries(users).map(([user, secret]) =>
    password(secret).apply((p) => htpasswd(user, p)),
  );
  return pulumi.all(lines).apply((all) => all.join("\n"));
}

/**
 * A line of htpasswd. SHA-1, because a gateway checks it for every request, and the password is only as far away as the
 * Secret the line lies in.
 */
function htpasswd(user: string, password: string): string {
  return `${user}:{SHA}${createHash("sha1").update(password).digest("base64")}`;
}
