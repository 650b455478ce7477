/** Labels: who an object belongs to, in Kubernetes' own words (app.kubernetes.io), so that any tool can read them. */

export type Labels = Record<string, string>;

export interface Identity {
  /** What all of a product's objects share. */
  readonly product: string;
  /** The part: `api`, `postgres`. */
  readonly name: string;
  /** What it is: `api`, `worker`, `database`. */
  readonly component: string;
}

const PREFIX = "app.kubernetes.io";

/** The labels pods are found by. A Deployment's selector can never change, so these two never do. */
export function selectorOf(identity: Pick<Identity, "product" | "name">): Labels {
  return { [`${PREFIX}/name`]: identity.name, [`${PREFIX}/part-of`]: identity.product };
}

/** All labels of a part's objects. */
export function labelsOf(identity: Identity): Labels {
  return {
    ...selectorOf(identity),
    [`${PREFIX}/component`]: identity.component,
    [`${PREFIX}/managed-by`]: "slipway",
  };
}
