/**
 * Whether an issuer may say that somebody is in a group. Names with a slash in front are those of
 * virtual organisations, whose own attribute authorities assert them: a token issuer says so only of
 * what it was configured with. Compared by segment: `/lab` stands for `/lab/ct`, not for `/labor`.
 */
export function mayAssert(group: string, prefixes: readonly string[] | undefined): boolean {
  if (prefixes === undefined) return !group.startsWith('/');
  return prefixes.some(
    (prefix) => group === prefix || group.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
  );
}
