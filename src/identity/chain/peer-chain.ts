import type { X509Certificate } from 'node:crypto';

/** What is asked of a TLS socket; said here so that this folder needs no TLS. */
export interface PeerSocket {
  isSessionReused(): boolean;
  getPeerX509Certificate(): X509Certificate | undefined;
}

/**
 * The chain the client sent, in its order, each DER; empty when it sent none.
 *
 * `getPeerX509Certificate()` keeps the order sent, which the older `getPeerCertificate()` does not
 * for chains OpenSSL could not verify. A resumed session restores the first certificate only, so
 * it counts as no chain at all.
 */
export function readPeerChain(socket: PeerSocket, lengthMax: number): readonly Uint8Array[] {
  if (socket.isSessionReused()) return [];
  const chain: Uint8Array[] = [];
  const seen = new Set<string>();
  let next = socket.getPeerX509Certificate();
  // One more than allowed, so that the validator sees that it is too long.
  while (next !== undefined && chain.length <= lengthMax && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    chain.push(new Uint8Array(next.raw));
    next = next.issuerCertificate;
  }
  return chain;
}
