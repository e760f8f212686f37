import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

/** A gateway's signed question which keys a server has a whole share of. */
export interface KeyListRequest {
  readonly format: 'mdm-key-list';
  readonly formatVersion: 1;
  /** Name of the only server that may answer it. */
  readonly server: string;
  /** Key ids after this one, in the order of their bytes; null for the first. */
  readonly after: string | null;
  /** UTC ms; an old one is not answered. */
  readonly timeMs: number;
}

/** A key that a server has. */
export interface ListedKey {
  readonly keyId: string;
  /** `keyDigestOf` what it keeps of it. */
  readonly digest: string;
  readonly epoch: number;
  /** The entry of the feed since which this share counts. */
  readonly since: number;
  readonly threshold: number;
  /** Names of all that have, or should have, a share. */
  readonly holders: readonly string[];
}

/** One page; the last where there are fewer than `keysListedMax`. */
export interface KeyListAnswer {
  readonly keys: readonly ListedKey[];
  /** Where the next page begins; null after the last. */
  readonly next: string | null;
  /** Runs that it promised to keep until the feed decides. */
  readonly undecided: readonly string[];
}

export function signKeyList(
  request: Omit<KeyListRequest, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: KeyListRequest = { format: 'mdm-key-list', formatVersion: 1, ...request };
  return signStatement('mdm-key-list', statement, signer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyKeyList(jws: string, pinned: PinnedKeys): Promise<KeyListRequest> {
  const payload = await verifyStatement('mdm-key-list', jws, { pinned });
  const fields = new JsonFields(payload, { path: 'list', refuse: refuseField });
  const request: KeyListRequest = {
    format: fields.choice('format', ['mdm-key-list']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    server: fields.text('server', pattern.name),
    after: fields.nullableText('after', pattern.id) ?? null,
    timeMs: fields.integer('timeMs', 0),
  };
  fields.end();
  return request;
}

/** @throws KEYS_RECORD_INVALID */
export function readKeyListAnswer(value: unknown): KeyListAnswer {
  const fields = new JsonFields(value, { path: 'answer', refuse: refuseField });
  const answer = {
    keys: fields.objects('keys', keysLimits.keysListedMax, readListedKey),
    next: fields.nullableText('next', pattern.id) ?? null,
    undecided: fields.texts('undecided', keysLimits.runsUndecidedMax, pattern.digest),
  };
  fields.end();
  return answer;
}

function readListedKey(fields: JsonFields): ListedKey {
  return {
    keyId: fields.text('keyId', pattern.id),
    digest: fields.text('digest', pattern.digest),
    epoch: fields.integer('epoch', 0),
    since: fields.integer('since', 0),
    threshold: fields.integer('threshold', 2, keysLimits.thresholdMax),
    holders: fields.texts('holders', keysLimits.serversMax, pattern.name),
  };
}
