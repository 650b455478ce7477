/** Image references in CEL. */

/** The image of `c` with the registry that Docker would assume. */
export const full =
  "(c.image.matches('^([^/]+[.:][^/]*|localhost)/') ? c.image : c.image.contains('/') ? 'docker.io/' + c.image : 'docker.io/library/' + c.image)";

export const pinned = (image: string) => `${image}.matches('@sha256:[a-f0-9]{64}$')`;

/** True of `name:tag` with a tag that is not `latest`, and of anything with a digest. */
export const versioned = (image: string) =>
  `(${image}.contains('@sha256:') || (${image}.matches(':[A-Za-z0-9_][A-Za-z0-9_.-]*$') && !${image}.endsWith(':latest')))`;

/** A regular expression for any image of these registries. */
export function from(registries: readonly string[]): string {
  const one = (registry: string) =>
    registry.replace(/\/+$/, "").replaceAll(".", "[.]").replaceAll("*", "[a-z0-9.-]*");
  return `^(${registries.map(one).join("|")})(/|:[A-Za-z0-9_.-]+$|@|$)`;
}
