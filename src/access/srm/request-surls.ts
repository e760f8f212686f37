/**
 * Remembers how clients spelt the SURLs of their stage requests. Clients match the files of a reply
 * by that spelling, and ask later with the request token alone. After a restart, or for a request
 * long gone, the short form stands in: it is what grid clients send.
 */
export interface RequestSurls {
  remember(token: string, surls: readonly { readonly text: string; readonly path: string }[]): void;
  /** How the client spelt `path`; the short form under `host` when that is not known. */
  spell(token: string, path: string, host: string): string;
}

export function createRequestSurls(max: number): RequestSurls {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return {
    remember(token, surls) {
      known.set(token, new Map(surls.map(({ text, path }) => [path, text])));
      const [oldest] = known.keys();
      if (known.size > max && oldest !== undefined) known.delete(oldest);
    },
    spell: (token, path, host) => known.get(token)?.get(path) ?? `srm://${host}${path}`,
  };
}
