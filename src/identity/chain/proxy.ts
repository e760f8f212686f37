import { commonNameType } from '../distinguished-name.ts';
import type { Certificate } from './certificate.ts';

/** Proxy certificate forms, by how they are recognised. */
export type ProxyKind = 'rfc3820' | 'draft' | 'legacy';

const proxyCertInfo = '1.3.6.1.5.5.7.1.14';
const draftProxyCertInfo = '1.3.6.1.4.1.3536.1.222';
const legacyNames: ReadonlySet<string> = new Set(['proxy', 'limited proxy']);

/**
 * What kind of proxy the certificate is; undefined for an ordinary one. A legacy proxy has no mark
 * but its last name part, so an ordinary certificate for a person called `proxy` counts as one.
 *
 * @standard RFC 3820 §3.8
 */
export function proxyKind(certificate: Certificate): ProxyKind | undefined {
  if (certificate.extensions.has(proxyCertInfo)) return 'rfc3820';
  if (certificate.extensions.has(draftProxyCertInfo)) return 'draft';
  const last = certificate.subject.at(-1)?.find(({ type }) => type === commonNameType);
  return last !== undefined && legacyNames.has(last.value) ? 'legacy' : undefined;
}
