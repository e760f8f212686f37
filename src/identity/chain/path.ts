import { nameKey, sameName, slashForm } from '../distinguished-name.ts';
import type { IdentityLimits } from '../limits.ts';
import { type Refusal, refuse } from '../outcome.ts';
import { matchesGlob } from '../trust/signing-policy.ts';
import type { TrustAnchors } from '../trust/trust-anchors.ts';
import { type Certificate, isSelfSigned, isSignedBy } from './certificate.ts';
import { hasSoundKey, hasStrongSignature } from './strength.ts';

/** A way from a certificate to a root that is installed. */
export interface Path {
  readonly kind: 'path';
  /** When the first certificate of it ends, UTC ms. */
  readonly expiresMs: number;
  /** When it must be looked at again: the above, or the next CRL is due. */
  readonly recheckMs: number;
}

/** What a search looks at. */
export interface Search {
  readonly trust: TrustAnchors;
  /** Certificates the client sent above its own: helpers, trusted for nothing. */
  readonly sent: readonly Certificate[];
  readonly nowMs: number;
  readonly limits: IdentityLimits;
}

/** Critical extensions whose meaning is honoured here, or that only restrict other uses. */
const knownExtensions: ReadonlySet<string> = new Set([
  '2.5.29.15', // keyUsage
  '2.5.29.17', // subjectAltName
  '2.5.29.19', // basicConstraints
  '2.5.29.32', // certificatePolicies: no initial policy set is asked for, so any will do
  '2.5.29.37', // extKeyUsage
]);
const nameConstraints = '2.5.29.30';

/**
 * Find a path from `leaf` to an installed root through authorities that may issue it.
 *
 * An authority is taken from the trust directory first, else from what was sent; either way it
 * must have an installed signing policy or namespaces rule, and only an installed root ends a path.
 *
 * @standard RFC 5280 §6.1
 */
export function findPath(leaf: Certificate, search: Search): Path | Refusal {
  const fault = checkCertificate(leaf, search);
  if (fault !== undefined) return fault;
  const budget = { checksLeft: search.limits.signatureChecksMax };
  return climb({ child: leaf, below: [], authoritiesBelow: 0, budget }, search);
}

interface Step {
  readonly child: Certificate;
  readonly below: readonly Certificate[];
  /** Authorities under the one looked for that count for a path length: not self-issued. */
  readonly authoritiesBelow: number;
  readonly budget: { checksLeft: number };
}

function climb(step: Step, search: Search): Path | Refusal {
  const { child, below, authoritiesBelow, budget } = step;
  const key = nameKey(child.issuer);
  const installed = search.trust.authorities.get(key) ?? [];
  const known = new Set(installed.map(({ sha256 }) => sha256));
  const sent = search.sent.filter(
    (each) => nameKey(each.subject) === key && !known.has(each.sha256),
  );
  let answer: Path | Refusal = refuse(
    'IDENTITY_ISSUER_UNKNOWN',
    `no authority is installed for ${slashForm(child.issuer) ?? 'the issuer'}`,
  );
  if (below.length >= search.limits.authoritiesDeepMax) return answer;
  for (const authority of [...installed, ...sent]) {
    if (authority === child || below.includes(authority)) continue;
    const link = checkLink({ ...step, authority }, search);
    if (link.kind === 'refused') {
      answer = link;
      continue;
    }
    const selfIssued = sameName(authority.subject, authority.issuer);
    const atRoot = known.has(authority.sha256) && isSelfSigned(authority);
    const rest = atRoot
      ? ({
          kind: 'path',
          expiresMs: authority.notAfterMs,
          recheckMs: authority.notAfterMs,
        } as const)
      : climb(
          {
            child: authority,
            below: [...below, child],
            authoritiesBelow: authoritiesBelow + (selfIssued ? 0 : 1),
            budget,
          },
          search,
        );
    if (rest.kind === 'path') {
      return {
        kind: 'path',
        expiresMs: Math.min(rest.expiresMs, child.notAfterMs),
        recheckMs: Math.min(rest.recheckMs, child.notAfterMs, link.recheckMs),
      };
    }
    answer = rest;
  }
  return answer;
}

type Link = Step & { readonly authority: Certificate };

function checkLink(
  link: Link,
  search: Search,
): { readonly kind: 'link'; readonly recheckMs: number } | Refusal {
  const { authority, child, budget } = link;
  const fault = checkCertificate(authority, search) ?? checkAuthority(link);
  if (fault !== undefined) return fault;
  budget.checksLeft -= 1;
  if (budget.checksLeft < 0 || !hasStrongSignature(child) || !isSignedBy(child, authority)) {
    return refuse('IDENTITY_SIGNATURE_INVALID', 'a signature in the chain does not verify');
  }
  return checkNamespace(link, search) ?? checkRevocation(link, search);
}

/** What holds for every certificate of a path, the client's own included. */
function checkCertificate(certificate: Certificate, search: Search): Refusal | undefined {
  const name = slashForm(certificate.subject) ?? 'a certificate';
  if (search.nowMs < certificate.notBeforeMs || search.nowMs > certificate.notAfterMs) {
    return refuse('IDENTITY_EXPIRED', `${name} is not valid now`);
  }
  for (const type of certificate.critical) {
    if (!knownExtensions.has(type)) {
      return refuse('IDENTITY_EXTENSION_UNKNOWN', `${name} has the critical extension ${type}`);
    }
  }
  // Even where it is not marked critical, ignoring it would accept names it forbids.
  if (certificate.extensions.has(nameConstraints)) {
    return refuse('IDENTITY_EXTENSION_UNKNOWN', `${name} has name constraints`);
  }
  if (!hasSoundKey(certificate)) {
    return refuse('IDENTITY_SIGNATURE_INVALID', `the key of ${name} is too weak or not supported`);
  }
  return undefined;
}

function checkAuthority({ authority, authoritiesBelow }: Link): Refusal | undefined {
  const { constraints, keyUsage, isVersion3 } = authority;
  const pathLength = constraints?.pathLength ?? Number.POSITIVE_INFINITY;
  const isAuthority = isVersion3 && constraints?.ca === true;
  const mayIssue = keyUsage === undefined || keyUsage.has('keyCertSign');
  if (isAuthority && mayIssue && authoritiesBelow <= pathLength) return undefined;
  return refuse('IDENTITY_NOT_AN_AUTHORITY', 'the issuer may not issue this certificate');
}

function checkNamespace({ authority, child }: Link, search: Search): Refusal | undefined {
  const subject = slashForm(child.subject);
  const patterns = search.trust.policies.get(slashForm(authority.subject) ?? '') ?? [];
  const allowed =
    subject !== undefined && patterns.some((pattern) => matchesGlob(subject, pattern));
  if (allowed) return undefined;
  return refuse(
    'IDENTITY_NAMESPACE_VIOLATION',
    'the signing policy of the issuer does not allow this subject or is not installed',
  );
}

function checkRevocation(
  { authority, child }: Link,
  search: Search,
): { readonly kind: 'link'; readonly recheckMs: number } | Refusal {
  const { trust, nowMs } = search;
  const key = nameKey(authority.subject);
  const unusable = refuse('IDENTITY_CRL_UNUSABLE', 'the revocation list of the issuer is unusable');
  if (trust.unreadableLists.has(key)) return unusable;
  const lists = trust.revocationLists.get(key);
  if (lists === undefined) return { kind: 'link', recheckMs: Number.POSITIVE_INFINITY };
  const maySign = authority.keyUsage === undefined || authority.keyUsage.has('crlSign');
  const newest = lists
    .filter((list) => maySign && list.thisUpdateMs <= nowMs && list.isSignedBy(authority))
    .toSorted((a, b) => b.thisUpdateMs - a.thisUpdateMs)[0];
  if (newest === undefined || newest.nextUpdateMs < nowMs) return unusable;
  if (newest.revoked.has(child.serial)) {
    return refuse('IDENTITY_REVOKED', 'the certificate is revoked');
  }
  return { kind: 'link', recheckMs: newest.nextUpdateMs };
}
