import { identifierKey } from './identifier.ts';
import type { OpenHolding } from './sealed-records.ts';

/**
 * Whether the archives that hold one series agree about whose it is: the same Patient ID, and the
 * same issuer wherever one is stated. A holding without an issuer agrees with any.
 */
export function holdingsAgree(
  holdings: readonly Pick<OpenHolding, 'patientId' | 'issuer'>[],
): boolean {
  const patients = new Set(holdings.map(({ patientId }) => identifierKey(patientId)));
  const stated = holdings.filter(({ issuer }) => issuer.kind !== 'absent');
  const issuers = new Set(stated.map(({ issuer }) => identifierKey(issuer)));
  return patients.size <= 1 && issuers.size <= 1;
}
