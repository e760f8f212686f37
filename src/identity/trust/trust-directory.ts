import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type Certificate, decodeCertificate } from '../chain/certificate.ts';
import { decodeRevocationList, type RevocationList } from '../chain/revocation-list.ts';
import { nameKey } from '../distinguished-name.ts';
import { identityErrors } from '../errors.ts';
import { type IdentityLimits, identityLimits } from '../limits.ts';
import { decodePem } from './pem.ts';
import { type NamespaceRule, parseNamespaces, parseSigningPolicy } from './signing-policy.ts';
import type { TrustAnchors, TrustStore } from './trust-anchors.ts';

/** A trust store that must be closed. */
export interface TrustDirectory extends TrustStore {
  close(): void;
}

interface Options {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: IdentityLimits;
}

/**
 * Read a grid trust directory (`/etc/grid-security/certificates`) and read it again from time to
 * time. A file that cannot be read is left out and logged; a CRL that cannot be read bars its
 * authority. If a later reading fails as a whole, the one before stays.
 *
 * @throws `IDENTITY_TRUST_UNREADABLE` when the first reading finds no authority
 */
export async function openTrustDirectory(options: Options): Promise<TrustDirectory> {
  const { clock, log, limits = identityLimits } = options;
  let anchors = await readTrustDirectory(options);
  let closed = false;
  const reload = async (): Promise<void> => {
    try {
      anchors = await readTrustDirectory(options);
    } catch (error) {
      log.error('identity.trust-reload-failed', { reason: String(error) });
    }
    if (!closed) timer = clock.schedule(limits.trustReloadMs, () => void reload());
  };
  let timer = clock.schedule(limits.trustReloadMs, () => void reload());
  return {
    current: () => anchors,
    close() {
      closed = true;
      timer.cancel();
    },
  };
}

interface Reading {
  readonly authorities: Map<string, Certificate[]>;
  readonly revocationLists: Map<string, RevocationList[]>;
  /** File names without their last part: `<hash>`. */
  readonly authorityStems: Map<string, Set<string>>;
  readonly unreadableListStems: Set<string>;
  readonly signingPolicies: NamespaceRule[];
  readonly namespaces: NamespaceRule[];
}

async function readTrustDirectory(options: Options): Promise<TrustAnchors> {
  const { path, log, limits = identityLimits } = options;
  const reading: Reading = {
    authorities: new Map(),
    revocationLists: new Map(),
    authorityStems: new Map(),
    unreadableListStems: new Set(),
    signingPolicies: [],
    namespaces: [],
  };
  let names: readonly string[];
  try {
    names = await readdir(path);
  } catch (cause) {
    throw identityErrors.create('IDENTITY_TRUST_UNREADABLE', { context: { path }, cause });
  }
  for (const name of names.toSorted()) {
    const [, stem, ending] =
      /^([0-9a-f]{8})\.(\d+|r\d+|signing_policy|namespaces)$/.exec(name) ?? [];
    if (stem === undefined || ending === undefined) continue;
    const text = await readText(join(path, name), limits.trustFileBytesMax);
    if (!take(reading, { stem, ending, text })) log.warn('identity.trust-file-ignored', { name });
  }
  if (reading.authorities.size === 0) {
    throw identityErrors.create('IDENTITY_TRUST_UNREADABLE', {
      message: 'no authority in the trust directory',
      context: { path },
    });
  }
  return anchorsOf(reading);
}

async function readText(path: string, bytesMax: number): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    return size > bytesMax ? undefined : await file.readFile('latin1');
  } catch {
    return undefined;
  }
}

/** Whether the file could be used. */
function take(
  reading: Reading,
  file: { readonly stem: string; readonly ending: string; readonly text: string | undefined },
): boolean {
  const { stem, ending, text = '' } = file;
  if (ending === 'signing_policy') return add(reading.signingPolicies, parseSigningPolicy(text));
  if (ending === 'namespaces') return add(reading.namespaces, parseNamespaces(text));
  if (ending.startsWith('r')) {
    const list = decodeRevocationList(decodePem(text, 'X509 CRL'));
    if (list === undefined) reading.unreadableListStems.add(stem);
    else push(reading.revocationLists, nameKey(list.issuer), list);
    return list !== undefined;
  }
  const certificate = decodeCertificate(decodePem(text, 'CERTIFICATE'));
  if (certificate === undefined) return false;
  const key = nameKey(certificate.subject);
  push(reading.authorities, key, certificate);
  reading.authorityStems.set(stem, (reading.authorityStems.get(stem) ?? new Set()).add(key));
  return true;
}

function add(rules: NamespaceRule[], more: readonly NamespaceRule[]): boolean {
  rules.push(...more);
  return more.length > 0;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function anchorsOf(reading: Reading): TrustAnchors {
  const policies = new Map<string, readonly string[]>();
  // Where both forms of a rule are installed, the signing policy decides, as in Globus.
  for (const rules of [reading.namespaces, reading.signingPolicies]) {
    const merged = Map.groupBy(rules, (rule) => rule.authority);
    for (const [authority, group] of merged) {
      policies.set(
        authority,
        group.flatMap((rule) => rule.patterns),
      );
    }
  }
  const unreadable = new Set<string>();
  for (const stem of reading.unreadableListStems) {
    for (const key of reading.authorityStems.get(stem) ?? []) unreadable.add(key);
  }
  return {
    authorities: reading.authorities,
    revocationLists: reading.revocationLists,
    unreadableLists: unreadable,
    policies,
  };
}
