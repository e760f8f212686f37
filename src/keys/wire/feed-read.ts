import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, type Signer, signStatement, verifyStatement } from '../../seal/index.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

/** A gateway's signed request for entries of its own feed. */
export interface FeedRead {
  readonly format: 'mdm-feed-read';
  readonly formatVersion: 2;
  /** Name of the only server that may answer it. */
  readonly server: string;
  /** Entries after this number. */
  readonly after: number;
  /** UTC ms; an old one is not answered. */
  readonly timeMs: number;
  readonly nonce: string;
}

/** Header of the request that carries it. */
export const feedReadHeader = 'mdm-signature';

export function signFeedRead(
  read: Omit<FeedRead, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: FeedRead = { format: 'mdm-feed-read', formatVersion: 2, ...read };
  return signStatement('mdm-feed-read', statement, signer);
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyFeedRead(jws: string, pinned: PinnedKeys): Promise<FeedRead> {
  const payload = await verifyStatement('mdm-feed-read', jws, { pinned });
  const fields = new JsonFields(payload, { path: 'read', refuse: refuseField });
  const read: FeedRead = {
    format: fields.choice('format', ['mdm-feed-read']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    server: fields.text('server', pattern.name),
    after: fields.integer('after', 0),
    timeMs: fields.integer('timeMs', 0),
    nonce: fields.text('nonce', pattern.id),
  };
  fields.end();
  return read;
}
