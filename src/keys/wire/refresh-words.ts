import { hash } from 'node:crypto';
import { JsonFields } from '../../lib/json/json-fields.ts';
import {
  pinKeys,
  type Signer,
  signStatement,
  statementDigestOf,
  verifyStatement,
} from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';
import type { Peer } from './share-box.ts';

/** A server's word that it has new shares of all keys of an order, durably, and does not use them yet. */
export interface SharesStaged {
  readonly format: 'mdm-shares-staged';
  readonly formatVersion: 1;
  readonly site: string;
  readonly server: string;
  /** Digest of the order: the name of the run. */
  readonly order: string;
  /** `dealtDigestOf` all that was dealt: from which follows what is tested. */
  readonly dealt: string;
  /** `commitmentOf` each new share. */
  readonly commitments: readonly string[];
  /** `testOf` what was dealt to it of each key, one after the other, base64url. */
  readonly tests: string;
}

/** A server's word that it found the new shares of all servers right, and keeps its own until it is decided. */
export interface SharesReady {
  readonly format: 'mdm-shares-ready';
  readonly formatVersion: 1;
  readonly site: string;
  readonly server: string;
  readonly order: string;
  /** `wordsDigestOf` what all servers said of their new shares. */
  readonly staged: string;
}

/** Digest of all boxes that were dealt under an order, by their digests, dealer by dealer. */
export function dealtDigestOf(order: string, boxes: readonly string[]): string {
  return hash('sha256', ['mdm shares dealt v1', order, ...boxes].join('\n'));
}

/** SHA-256 of a box, hex. */
export function boxDigestOf(box: string): string {
  return hash('sha256', box);
}

/** Digest of the words of all holders, in the order of their names. */
export function wordsDigestOf(statements: readonly string[]): string {
  return hash('sha256', statements.map(statementDigestOf).join('\n'));
}

export function signStaged(
  words: Omit<SharesStaged, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: SharesStaged = { format: 'mdm-shares-staged', formatVersion: 1, ...words };
  return signStatement('mdm-shares-staged', statement, signer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyStaged(jws: string, peer: Peer): Promise<SharesStaged> {
  const fields = await fieldsOf('mdm-shares-staged', jws, peer);
  const staged: SharesStaged = {
    format: fields.choice('format', ['mdm-shares-staged']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    site: fields.text('site', pattern.name),
    server: fields.text('server', pattern.name),
    order: fields.text('order', pattern.digest),
    dealt: fields.text('dealt', pattern.digest),
    commitments: fields.texts('commitments', keysLimits.keysPerRequestMax, pattern.digest),
    tests: fields.text('tests', pattern.base64url),
  };
  fields.end();
  return staged;
}

export function signReady(
  words: Omit<SharesReady, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: SharesReady = { format: 'mdm-shares-ready', formatVersion: 1, ...words };
  return signStatement('mdm-shares-ready', statement, signer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyReady(jws: string, peer: Peer): Promise<SharesReady> {
  const fields = await fieldsOf('mdm-shares-ready', jws, peer);
  const ready: SharesReady = {
    format: fields.choice('format', ['mdm-shares-ready']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    site: fields.text('site', pattern.name),
    server: fields.text('server', pattern.name),
    order: fields.text('order', pattern.digest),
    staged: fields.text('staged', pattern.digest),
  };
  fields.end();
  return ready;
}

async function fieldsOf(
  type: 'mdm-shares-staged' | 'mdm-shares-ready',
  jws: string,
  peer: Peer,
): Promise<JsonFields> {
  const payload = await verifyStatement(type, jws, {
    pinned: pinKeys([peer.signingKey]),
    maxSize: keysLimits.upkeepStatementSizeMax,
  });
  return new JsonFields(payload, { path: type, refuse: refuseField });
}
