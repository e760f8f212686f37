import { createHash } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { slashForm } from '../distinguished-name.ts';
import { type IdentityLimits, identityLimits } from '../limits.ts';
import { type Outcome, type Refusal, refuse } from '../outcome.ts';
import type { TrustAnchors, TrustStore } from '../trust/trust-anchors.ts';
import { type Certificate, decodeCertificate } from './certificate.ts';
import { findPath } from './path.ts';
import { proxyKind } from './proxy.ts';

/** Decides who a client chain belongs to. */
export interface ChainValidator {
  /**
   * Judge a chain as the client sent it, its own certificate first, each DER. The caller must know
   * that the client holds the key of the first one: a full TLS handshake proves it.
   */
  validate(chain: readonly Uint8Array[]): Outcome;
}

/**
 * Make a validator of plain X.509 client certificates. The TLS layer accepts any chain (it cannot
 * know grid rules), so every decision is made here.
 *
 * Accepted chains are remembered by the SHA-256 of their first certificate until something on their
 * path ends, a CRL is due, the trust changes, or some minutes pass.
 */
export function createChainValidator(options: {
  readonly trust: TrustStore;
  readonly clock: Clock;
  readonly limits?: IdentityLimits;
}): ChainValidator {
  const { trust, clock, limits = identityLimits } = options;
  const accepted = new Map<string, { readonly outcome: Outcome; readonly untilMs: number }>();
  let seen: TrustAnchors | undefined;
  return {
    validate(chain) {
      const [leaf] = chain;
      const tooBig = chain.some((der) => der.length > limits.certificateBytesMax);
      if (leaf === undefined || chain.length > limits.chainLengthMax || tooBig) {
        return refuse('IDENTITY_CHAIN_MALFORMED', 'the client chain is empty or too long');
      }
      const anchors = trust.current();
      const nowMs = clock.nowMs();
      if (anchors !== seen) accepted.clear();
      seen = anchors;
      const key = createHash('sha256').update(leaf).digest('base64');
      const known = accepted.get(key);
      if (known !== undefined && nowMs < known.untilMs) return known.outcome;
      accepted.delete(key);
      const { outcome, recheckMs } = judge(chain, { trust: anchors, nowMs, limits });
      if (outcome.kind === 'accepted') {
        if (accepted.size >= limits.outcomeCacheMax) accepted.clear();
        accepted.set(key, { outcome, untilMs: Math.min(recheckMs, nowMs + limits.outcomeCacheMs) });
      }
      return outcome;
    },
  };
}

interface Judgement {
  readonly outcome: Outcome;
  readonly recheckMs: number;
}

function judge(
  chain: readonly Uint8Array[],
  at: { readonly trust: TrustAnchors; readonly nowMs: number; readonly limits: IdentityLimits },
): Judgement {
  const certificates = chain.map(decodeCertificate);
  const no = (outcome: Refusal): Judgement => ({ outcome, recheckMs: at.nowMs });
  if (!certificates.every((each) => each !== undefined)) {
    return no(refuse('IDENTITY_CHAIN_MALFORMED', 'a certificate of the chain cannot be read'));
  }
  const [leaf, ...sent] = certificates;
  if (leaf === undefined) return no(refuse('IDENTITY_CHAIN_MALFORMED', 'the chain is empty'));
  const fault = checkEndEntity(leaf);
  if (fault !== undefined) return no(fault);
  const path = findPath(leaf, { ...at, sent });
  if (path.kind === 'refused') return no(path);
  const name = slashForm(leaf.subject);
  if (name === undefined || name.length > at.limits.subjectCharactersMax) {
    return no(refuse('IDENTITY_NAME_UNUSABLE', 'the subject has no unambiguous written form'));
  }
  const { expiresMs, recheckMs } = path;
  const principal = {
    subject: `x509:${name}`,
    groups: [],
    method: 'certificate',
    expiresMs,
  } as const;
  return { outcome: { kind: 'accepted', principal }, recheckMs };
}

const clientAuth = '1.3.6.1.5.5.7.3.2';
const anyPurpose = '2.5.29.37.0';

function checkEndEntity(leaf: Certificate): Refusal | undefined {
  const { constraints, keyUsage, extendedKeyUsage } = leaf;
  const kind = proxyKind(leaf);
  if (kind !== undefined) {
    return refuse(
      'IDENTITY_PROXY_UNSUPPORTED',
      'proxy certificates are not accepted: use the certificate and key themselves',
    );
  }
  if (slashForm(leaf.subject) === undefined) {
    return refuse('IDENTITY_NAME_UNUSABLE', 'the subject has no unambiguous written form');
  }
  if (constraints?.ca === true || keyUsage?.has('keyCertSign') === true) {
    return refuse('IDENTITY_NOT_END_ENTITY', 'the certificate is that of an authority');
  }
  const signs = keyUsage === undefined || keyUsage.has('digitalSignature');
  const forClients =
    extendedKeyUsage === undefined ||
    extendedKeyUsage.has(clientAuth) ||
    extendedKeyUsage.has(anyPurpose);
  if (signs && forClients) return undefined;
  return refuse('IDENTITY_NOT_END_ENTITY', 'the certificate is not meant for a TLS client');
}
