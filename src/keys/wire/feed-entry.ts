import type { Policy, PolicyEntry, Right } from '../../authz/policy.ts';
import { JsonFields } from '../../lib/json/json-fields.ts';
import {
  type PinnedKeys,
  type Signer,
  signStatement,
  statementDigestOf,
  verifyStatement,
} from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

const rights: readonly Right[] = [
  'list',
  'read',
  'read-metadata',
  'write-metadata',
  'change-permissions',
  'delete',
];

/**
 * A policy that allows nobody anything and never will: no policy of this id is ever put. A key under
 * it is given to no one, and is under its own policy again when it is mapped back.
 */
export const nobodyPolicyId = 'nobody';

/** One change of who may have keys. */
export type FeedChange =
  /** The policy is now this. */
  | { readonly kind: 'policy'; readonly policy: Policy }
  /** The policy allows nobody anything from now on. */
  | { readonly kind: 'policy-removed'; readonly policyId: string }
  /** The key is under this policy from now on, whatever it was deposited under. */
  | { readonly kind: 'key-policy'; readonly keyId: string; readonly policyId: string }
  /** Erase the share and refuse this key for ever. */
  | { readonly kind: 'tombstone'; readonly keyId: string };

/** One signed entry of the policy feed. Entries form a chain: each names the digest of the one before. */
export interface FeedEntry {
  readonly format: 'mdm-policy-feed';
  readonly formatVersion: 1;
  readonly site: string;
  /** Counts from 1 without gaps. */
  readonly seq: number;
  /** `statementDigestOf` the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** UTC ms. */
  readonly timeMs: number;
  readonly changes: readonly FeedChange[];
}

/** How far a feed has come. */
export interface FeedPosition {
  readonly seq: number;
  readonly digest: string;
}

/** Before the first entry. */
export const feedStart: FeedPosition = { seq: 0, digest: '0'.repeat(64) };

/** A verified entry with its position. */
export interface VerifiedFeedEntry {
  readonly entry: FeedEntry;
  readonly digest: string;
}

export async function signFeedEntry(
  entry: Omit<FeedEntry, 'format' | 'formatVersion'>,
  signer: Signer,
): Promise<string> {
  const statement: FeedEntry = { format: 'mdm-policy-feed', formatVersion: 1, ...entry };
  // Read back what is about to be signed: a chain with an entry that readers refuse is stuck.
  readFeedEntry(JSON.parse(JSON.stringify(statement)));
  return signStatement('mdm-policy-feed', statement, signer);
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
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    site: fields.text('site', pattern.name),
    seq: fields.integer('seq', 1),
    previous: fields.text('previous', pattern.digest),
    timeMs: fields.integer('timeMs', 0),
    changes: fields.objects('changes', keysLimits.changesPerEntryMax, readChange),
  };
  fields.end();
  return entry;
}

function readChange(fields: JsonFields): FeedChange {
  const kind = fields.choice('kind', ['policy', 'policy-removed', 'key-policy', 'tombstone']);
  switch (kind) {
    case 'policy': {
      const policy = readPolicy(fields.object('policy'));
      if (policy.id === nobodyPolicyId) throw refuseField('entry.policy.id');
      return { kind, policy };
    }
    case 'policy-removed':
      return { kind, policyId: fields.text('policyId', pattern.policyId) };
    case 'key-policy':
      return {
        kind,
        keyId: fields.text('keyId', pattern.id),
        policyId: fields.text('policyId', pattern.policyId),
      };
    case 'tombstone':
      return { kind, keyId: fields.text('keyId', pattern.id) };
  }
}

/** A policy of its JSON form. @throws KEYS_RECORD_INVALID */
export function readPolicy(fields: JsonFields): Policy {
  const policy: Policy = {
    id: fields.text('id', pattern.policyId),
    version: fields.integer('version', 0),
    entries: fields.objects('entries', keysLimits.entriesPerPolicyMax, readPolicyEntry),
  };
  fields.end();
  return policy;
}

function readPolicyEntry(fields: JsonFields): PolicyEntry {
  const who = fields.text('who', pattern.who);
  const names = fields.texts('rights', rights.length, /^[a-z-]{1,32}$/);
  const granted = rights.filter((right) => names.includes(right));
  if (granted.length !== names.length) throw refuseField('entry.rights');
  if (!fields.has('expiresMs')) return { who, rights: granted };
  return { who, rights: granted, expiresMs: fields.integer('expiresMs', 0) };
}
