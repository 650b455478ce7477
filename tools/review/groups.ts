/** Things that say the same, together; in the order of the first of each. */
export function groups<T>(list: T[], key: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of list) {
    const known = found.get(key(item));
    if (known === undefined) found.set(key(item), [item]);
    else known.push(item);
  }
  return [...found.values()];
}
