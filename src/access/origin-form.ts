/**
 * The target of a request as path and query, also where it came with scheme and host before them, as
 * a client that thinks us a proxy sends it. Which host it names is no matter here.
 *
 * @standard RFC 9112 §3.2.1, §3.2.2
 */
export function originForm(target: string): string {
  const [, rest] = /^https?:\/\/[^/?#]*(.*)$/is.exec(target) ?? [];
  if (rest === undefined) return target;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
