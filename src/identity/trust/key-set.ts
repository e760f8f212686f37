import { readFile, stat } from 'node:fs/promises';
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import type { Clock } from '../../lib/clock.ts';
import { identityErrors } from '../errors.ts';
import { type IdentityLimits, identityLimits } from '../limits.ts';

/** The public keys of a token issuer. */
export type KeySetSource =
  | { readonly kind: 'inline'; readonly keys: JSONWebKeySet }
  | { readonly kind: 'file'; readonly path: string };

/** Gives the key set as it is now. */
export type KeySet = () => Promise<LocalJWKSet>;

/**
 * Open a key set. A file is read again when it changed, looked at once a minute; a later reading
 * that fails leaves the keys as they were.
 *
 * @throws `IDENTITY_TRUST_UNREADABLE` when the first reading fails
 */
export async function openKeySet(
  source: KeySetSource,
  options: { readonly clock: Clock; readonly limits?: IdentityLimits },
): Promise<KeySet> {
  const { clock, limits = identityLimits } = options;
  if (source.kind === 'inline') {
    const keys = parseKeySet(source.keys, 'inline');
    return () => Promise.resolve(keys);
  }
  const { path } = source;
  let current = await readKeySet(path, limits);
  let lookAtMs = clock.monotonicMs() + limits.keySetReloadMs;
  return async () => {
    if (clock.monotonicMs() < lookAtMs) return current.keys;
    lookAtMs = clock.monotonicMs() + limits.keySetReloadMs;
    try {
      const { mtimeMs } = await stat(path);
      if (mtimeMs !== current.mtimeMs) current = await readKeySet(path, limits);
    } catch {
      // The issuer's keys did not vanish because a file did.
    }
    return current.keys;
  };
}

async function readKeySet(
  path: string,
  limits: IdentityLimits,
): Promise<{ readonly keys: LocalJWKSet; readonly mtimeMs: number }> {
  try {
    const { mtimeMs, size } = await stat(path);
    if (size > limits.trustFileBytesMax) throw new RangeError('the file is too long');
    const json: unknown = JSON.parse(await readFile(path, 'utf8'));
    return { keys: parseKeySet(json, path), mtimeMs };
  } catch (cause) {
    throw identityErrors.create('IDENTITY_TRUST_UNREADABLE', { context: { path }, cause });
  }
}

function parseKeySet(json: unknown, path: string): LocalJWKSet {
  try {
    const keys = createLocalJWKSet(json as JSONWebKeySet);
    if (keys.jwks().keys.length > 0) return keys;
  } catch (cause) {
    throw identityErrors.create('IDENTITY_TRUST_UNREADABLE', { context: { path }, cause });
  }
  throw identityErrors.create('IDENTITY_TRUST_UNREADABLE', {
    message: 'no key in the key set',
    context: { path },
  });
}
