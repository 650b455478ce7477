/** Properties that change by themselves and tell a reviewer nothing. They are counted, not shown. */

const NOISE = [
  /^__/,
  /(^|\.)managedFields(\.|\[|$)/,
  /^metadata\.(resourceVersion|uid|generation|creationTimestamp|selfLink)$/,
  /^metadata\.annotations\.(pulumi\.com\/autonamed|kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/revision)$/,
  /^status(\.|$)/,
  /(^|\.)(app\.kubernetes\.io\/version|app\.kubernetes\.io\/managed-by|helm\.sh\/chart)$/,
];

/** By the path as leaves.ts writes it. */
export const isNoise = (path: string) => NOISE.some((pattern) => pattern.test(path));
