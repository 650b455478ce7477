/** The state after `pulumi state unprotect`, which whoever means to end a stack that is no local one has to say. */
export function unprotected(state: unknown): unknown {
  const freed = structuredClone(state) as { deployment: { resources: { protect?: boolean }[] } };
  for (const resource of freed.deployment.resources) delete resource.protect;
  return freed;
}
