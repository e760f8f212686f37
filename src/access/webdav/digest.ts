import type { FileStat } from '../../files/files.ts';

type Digests = FileStat['digests'];
type Algorithm = keyof Digests;

const algorithms: readonly Algorithm[] = ['sha-256', 'adler32', 'md5'];

/**
 * Digests of the whole file, of the algorithms asked for that are known. What is not known is left
 * out: a checksum is no reason to fetch a study.
 *
 * @standard RFC 3230 §4.3 (Digest: adler32 in hex, the others in base64); RFC 9530 §3 (Repr-Digest)
 */
export function digestHeaders(
  digests: Digests,
  wants: { readonly wantDigest: string | undefined; readonly wantReprDigest: string | undefined },
): Record<string, string> {
  const old = wanted(wants.wantDigest, digests).map(([name, hex]) =>
    name === 'adler32' ? `${name}=${hex}` : `${name}=${base64(hex)}`,
  );
  const current = wanted(wants.wantReprDigest, digests)
    .filter(([name]) => name === 'sha-256')
    .map(([name, hex]) => `${name}=:${base64(hex)}:`);
  return {
    ...(old.length === 0 ? {} : { Digest: old.join(',') }),
    ...(current.length === 0 ? {} : { 'Repr-Digest': current.join(', ') }),
  };
}

/** Names asked for (`adler32;q=1, md5`, or `sha-256=10`), without those of weight zero. */
function wanted(header: string | undefined, digests: Digests): [Algorithm, string][] {
  const asked = new Set(
    (header ?? '')
      .toLowerCase()
      .split(',')
      .filter((item) => !/(;\s*q=|=)\s*0(\.0*)?\s*$/.test(item))
      .map((item) => item.split(/[;=]/)[0]?.trim() ?? ''),
  );
  const known = algorithms.filter((name) => asked.has(name) && digests[name] !== undefined);
  return known.map((name) => [name, digests[name] ?? '']);
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
