/** Image references in CEL. */
import type { Settings } from "../../settings";

/** The image at this path with the registry that Docker would assume. */
export const full = (image: string) =>
  `(${image}.matches('^([^/]+[.:][^/]*|localhost)/') ? ${image} : ${image}.contains('/') ? 'docker.io/' + ${image} : 'docker.io/library/' + ${image})`;

export const pinned = (image: string) => `${image}.matches('@sha256:[a-f0-9]{64}$')`;

/** True of `name:tag` with a tag that is not `latest`, and of anything with a digest. */
export const versioned = (image: string) =>
  `(${image}.contains('@sha256:') || (${image}.matches(':[A-Za-z0-9_][A-Za-z0-9_.-]*$') && !${image}.endsWith(':latest')))`;

/** Registries that only exist on the machine of a local stack: what was built and loaded there. */
const onThisMachine = ["slipway.local", "localhost", "localhost:*"];

/** A regular expression for any image that a stack may run. */
export const allowed = ({ registries, tier }: Pick<Settings, "registries" | "tier">): string =>
  from(tier === "local" ? [...registries, ...onThisMachine] : registries);

function from(registries: readonly string[]): string {
  const one = (registry: string) =>
    registry.replace(/\/+$/, "").replaceAll(".", "[.]").replaceAll("*", "[a-z0-9.-]*");
  return `^(${registries.map(one).join("|")})(/|:[A-Za-z0-9_.-]+$|@|$)`;
}
