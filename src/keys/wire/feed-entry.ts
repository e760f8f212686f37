import { JsonFields } from '../../lib/json/json-fields.ts';
import {
  type PinnedKeys,
  type Signer,
  signStatement,
  statementDigestOf,
  verifyStatement,
} from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { type FeedChange, readChange } from './feed-change.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

/** One signed entry of the policy feed. Entries form a chain: each names the digest of the one before. */
export interface FeedEntry {
  readonly format: 'mdm-policy-feed';
  readonly formatVersion: 2;
  readonly site: string;
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** `statementDigestOf` the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** UTC ms. */
  readonly timeMs: number;
  readonly changes: readonly FeedChange[];
}

/** A verified entry with its digest. */
export interface VerifiedFeedEntry {
  readonly entry: FeedEntry;
  readonly digest: string;
}

export async function signFeedEntry(
  entry: Omit<FeedEntry, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<VerifiedFeedEntry & { readonly statement: string }> {
  const made: FeedEntry = { format: 'mdm-policy-feed', formatVersion: 2, ...entry };
  // Read back what is about to be signed: a chain with an entry that readers refuse is stuck.
  readFeedEntry(JSON.parse(JSON.stringify(made)));
  const statement = await signStatement('mdm-policy-feed', made, signer);
  return { entry: made, digest: statementDigestOf(statement), statement };
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyFeedEntry(jws: string, pinned: PinnedKeys): Promise<VerifiedFeedEntry> {
  const payload = await verifyStatement('mdm-policy-feed', jws, {
    pinned,
    maxSize: keysLimits.feedEntrySizeMax,
  });
  return { entry: readFeedEntry(payload), digest: statementDigestOf(jws) };
}

function readFeedEntry(payload: unknown): FeedEntry {
  const fields = new JsonFields(payload, { path: 'entry', refuse: refuseField });
  const entry: FeedEntry = {
    format: fields.choice('format', ['mdm-policy-feed']),
    formatVersion: fields.integer('formatVersion', 2, 2) as 2,
    site: fields.text('site', pattern.name),
    seq: fields.integer('seq', 1),
    previous: fields.text('previous', pattern.digest),
    timeMs: fields.integer('timeMs', 0),
    changes: fields.objects('changes', keysLimits.changesPerEntryMax, readChange),
  };
  fields.end();
  return entry;
}
