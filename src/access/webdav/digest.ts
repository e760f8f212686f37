import type { FileStat } from '../../files/files.ts';

/**
 * The digest of the whole file, if it is asked for and known. What is not known is left out: a
 * checksum is no reason to fetch a study.
 *
 * @standard RFC 3230 §4.3 (Digest); RFC 9530 §3 (Repr-Digest)
 */
export function digestHeaders(
  digests: FileStat['digests'],
  wants: { readonly wantDigest: string | undefined; readonly wantReprDigest: string | undefined },
): Record<string, string> {
  const hex = digests['sha-256'];
  if (hex === undefined) return {};
  const base64 = Buffer.from(hex, 'hex').toString('base64');
  return {
    ...(isWanted(wants.wantDigest) ? { Digest: `sha-256=${base64}` } : {}),
    ...(isWanted(wants.wantReprDigest) ? { 'Repr-Digest': `sha-256=:${base64}:` } : {}),
  };
}

/** Whether SHA-256 is among the names asked for (`sha-256;q=1`, `sha-256=10`), not with weight zero. */
function isWanted(header: string | undefined): boolean {
  const items = (header ?? '').toLowerCase().split(',');
  return items.some((item) => {
    const name = item.split(/[;=]/)[0]?.trim();
    return name === 'sha-256' && !/(;\s*q=|=)\s*0(\.0*)?\s*$/.test(item);
  });
}
