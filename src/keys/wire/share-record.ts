import { createHash, hash } from 'node:crypto';
import { utf8, viewOf } from '../../lib/bytes/bytes.ts';
import type { JsonFields } from '../../lib/json/json-fields.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { type KeySubject, namesOf, readKeySubject } from './place.ts';
import { refuseField } from './refuse.ts';

/** What every server of a key says of it alike. Digests are hex, keys base64url. */
export interface KeyDescription {
  readonly keyId: string;
  readonly guid: string;
  readonly version: number;
  readonly generation: number;
  /** k: how many shares give it back. */
  readonly threshold: number;
  /** Grows when shares are refreshed; shares of two epochs never combine. */
  readonly epoch: number;
  readonly recipientPublicKey: string;
  /** Who has a share, n of them: any k honest servers expose a wrong one, and make a lost one again. */
  readonly holders: readonly Holder[];
}

/** A server that has a share of a key, and which. */
export interface Holder {
  readonly server: string;
  /** Where the polynomial is evaluated for it, 1 to 255; fixed for this server and key. */
  readonly x: number;
  /** `commitmentOf` its share. */
  readonly commitment: string;
}

/** What a server decides by, and tells nobody. */
export interface KeyStanding {
  readonly of: KeySubject;
  /** The policy that decides who may have it. It must be of the same collection, or owner. */
  readonly policyId: string;
}

/** One share of a key, as a server gives it. */
export interface ShareRecord<Key extends KeyDescription = KeyDescription> {
  readonly key: Key;
  /** That of its holder. */
  readonly x: number;
  /** The value of the polynomial there, 32 bytes, base64url. Secret. */
  readonly y: string;
}

/** One share of a key, as it is deposited and kept. */
export type StoredShare = ShareRecord<StoredKey>;

/** What is kept of a key beside the share. */
export type StoredKey = KeyDescription & KeyStanding;

/** What leaves a server of a share that it keeps. */
export function releasedOf({ key, x, y }: StoredShare): ShareRecord {
  const { of: _of, policyId: _policyId, ...described } = key;
  return { key: described, x, y };
}

/** @throws KEYS_RECORD_INVALID */
export function readShareRecord(fields: JsonFields): ShareRecord {
  return readRecord(fields, readKeyDescription);
}

/** @throws KEYS_RECORD_INVALID */
export function readStoredShare(fields: JsonFields): StoredShare {
  return readRecord(fields, readStoredKey);
}

/** What a server keeps of a key beside its share. @throws KEYS_RECORD_INVALID */
export function readStoredKey(fields: JsonFields): StoredKey {
  return {
    ...readKeyDescription(fields),
    of: readKeySubject(fields.object('of')),
    policyId: fields.text('policyId', pattern.policyId),
  };
}

function readRecord<Key extends KeyDescription>(
  fields: JsonFields,
  readKey: (described: JsonFields) => Key,
): ShareRecord<Key> {
  const described = fields.object('key');
  const key = readKey(described);
  described.end();
  const record = { key, x: fields.integer('x', 1, 255), y: fields.text('y', pattern.key) };
  fields.end();
  return record;
}

function readKeyDescription(fields: JsonFields): KeyDescription {
  const key = {
    keyId: fields.text('keyId', pattern.id),
    guid: fields.text('guid', pattern.id),
    version: fields.integer('version', 1),
    generation: fields.integer('generation', 1),
    threshold: fields.integer('threshold', 2, keysLimits.thresholdMax),
    epoch: fields.integer('epoch', 0),
    recipientPublicKey: fields.text('recipientPublicKey', pattern.key),
    holders: fields.objects('holders', keysLimits.serversMax, readHolder),
  };
  const { holders, threshold } = key;
  const servers = new Set(holders.map(({ server }) => server));
  const places = new Set(holders.map(({ x }) => x));
  const areApart = servers.size === holders.length && places.size === holders.length;
  if (!areApart || threshold > holders.length) throw refuseField('holders, threshold');
  return key;
}

function readHolder(fields: JsonFields): Holder {
  return {
    server: fields.text('server', pattern.name),
    x: fields.integer('x', 1, 255),
    commitment: fields.text('commitment', pattern.digest),
  };
}

/** What must be equal for shares to be of one key: all but the share itself. */
export function matchKeyOf(key: KeyDescription): string {
  return JSON.stringify(Object.entries(key).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Digest of all that is kept of a key beside the share, hex: servers with the same have the same. */
export function keyDigestOf(key: StoredKey): string {
  const { of, holders } = key;
  const fields = [
    'mdm stored key v1',
    key.keyId,
    key.guid,
    key.version,
    key.generation,
    'owner' in of ? [of.owner] : namesOf(of),
    key.policyId,
    key.threshold,
    key.epoch,
    key.recipientPublicKey,
    holders.map(({ server, x, commitment }) => [server, x, commitment]),
  ];
  return hash('sha256', JSON.stringify(fields));
}

/** Whether a record holds the share that its list of holders says this server has. */
export function isShareOf(server: string, { key, x, y: text }: ShareRecord): boolean {
  const holder = key.holders.find((one) => one.server === server);
  if (holder?.x !== x) return false;
  const y = keyBytes(text);
  const commitment = commitmentOf({ keyId: key.keyId, epoch: key.epoch, x, y });
  y.fill(0);
  return holder.commitment === commitment;
}

const domain = utf8('mdm share commitment v1\0');

/**
 * Commitment to a share: SHA-256 over a domain text, the length-prefixed key id, epoch (eight bytes
 * little-endian), x and y. Hides y, which is uniform.
 */
export function commitmentOf(share: {
  readonly keyId: string;
  readonly epoch: number;
  readonly x: number;
  readonly y: Uint8Array;
}): string {
  const id = utf8(share.keyId);
  const numbers = new Uint8Array(8);
  viewOf(numbers).setBigUint64(0, BigInt(share.epoch), true);
  return createHash('sha256')
    .update(domain)
    .update(Uint8Array.of(id.length))
    .update(id)
    .update(numbers)
    .update(Uint8Array.of(share.x))
    .update(share.y)
    .digest('hex');
}

/** Bytes of a base64url text of 32 bytes. */
export function keyBytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}

/** Base64url of bytes. */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
