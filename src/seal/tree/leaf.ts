import { hash } from 'node:crypto';
import { concatBytes, utf8 } from '../../lib/bytes/bytes.ts';

const zero = 0;
const statementDomain = Uint8Array.from([zero, ...utf8('mdm leaf v2'), zero]);
const segmentDomain = Uint8Array.from([zero, ...utf8('mdm segment v2'), zero]);

/** Bytes of the salt of a statement. */
export const saltSize = 16;

/**
 * The leaf of a statement in its batch: SHA-256 over a zero byte, a domain text, `salt` and the exact
 * bytes. The salt is random: who sees a leaf in another's path cannot try what it is of.
 * @param salt 16 bytes
 */
export function statementLeaf(salt: Uint8Array, statement: Uint8Array): Uint8Array {
  return hash('sha256', concatBytes([statementDomain, salt, statement]), 'buffer');
}

/** The leaf of a segment in the tree of its file. @param digest SHA-256 of the plaintext segment */
export function segmentLeaf(digest: Uint8Array): Uint8Array {
  return hash('sha256', concatBytes([segmentDomain, digest]), 'buffer');
}
