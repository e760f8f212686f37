import type { Policy, PolicyEntry, Right } from '../../authz/policy.ts';
import type { JsonFields } from '../../lib/json/json-fields.ts';
import { keysLimits } from '../limits.ts';
import { type FeedPosition, readPosition } from './feed-position.ts';
import { pattern } from './patterns.ts';
import { type KeySubject, type Place, readPlace } from './place.ts';
import { type RecordGap, readRecordGap } from './record-gap.ts';
import { refuseField } from './refuse.ts';

const rights: readonly Right[] = [
  'list',
  'read',
  'read-metadata',
  'write-metadata',
  'change-permissions',
  'delete',
];

/** A policy, and the keys that may be under it: those of one collection, or of one owner. */
export type FeedPolicy = Policy & ({ readonly collection: string } | { readonly owner: string });

/** Something that is so of a place from now on, and why. */
interface PlaceChange<Kind extends string> {
  readonly kind: Kind;
  readonly place: Place;
  /** One line, for operators; nothing of a patient. */
  readonly reason: string;
}

/** Why a place is hidden of which archives disagree whose it is: it is listed all the same. */
export const conflictReason = 'conflict';

/** What can be undone: nobody has keys there until then. */
type Closing = PlaceChange<'hidden'> | PlaceChange<'locked'>;
type Opening = PlaceChange<'shown'> | PlaceChange<'unlocked'>;
/** Under a hold nothing is erased; what is destroyed meanwhile is when the hold is lifted. */
type Holding = PlaceChange<'hold'> | PlaceChange<'hold-lifted'>;
/** Erase all shares there and take none any more, for ever. */
type Destroying = PlaceChange<'destroyed'> & {
  /** Keyed id of a patient who opted out: one for all collections, those made later too. */
  readonly patient?: string;
};

/** One change of who may have keys. */
export type FeedChange =
  /** The policy is now this. */
  | { readonly kind: 'policy'; readonly policy: FeedPolicy }
  /** The policy allows nobody anything from now on. */
  | { readonly kind: 'policy-removed'; readonly policyId: string }
  /** Erase the share and refuse this key for ever. */
  | { readonly kind: 'tombstone'; readonly keyId: string }
  | Closing
  | Opening
  | Holding
  | Destroying
  /** Whoever is this gets nothing, whatever a policy says; until the ban ends. */
  | { readonly kind: 'banned' | 'unbanned'; readonly who: string }
  /** Deposits that this key signed are taken no more. */
  | { readonly kind: 'producer-retired'; readonly keyId: string }
  /** Ends a fork: an entry that no quorum held is not of this feed. */
  | ({ readonly kind: 'given-up' } & FeedPosition)
  /** All shares that are older than this entry are to be made anew. */
  | { readonly kind: 'refresh-begun'; readonly reason: string }
  /** The shares that were made anew under this order count from now on, or never; the first word holds. */
  | { readonly kind: 'epoch' | 'epoch-abandoned'; readonly run: string }
  /** Shares older than entry `begun`, which began it, are nobody's any more. */
  | { readonly kind: 'refreshed'; readonly begun: number }
  /** An operator accepted that the audit record of a server, or of the gateway, has a gap. */
  | {
      readonly kind: 'audit-accepted';
      /** Null of the gateway. */
      readonly server: string | null;
      readonly reason: string;
      readonly gap: RecordGap;
    };

const kinds = [
  'policy',
  'policy-removed',
  'tombstone',
  'hidden',
  'shown',
  'locked',
  'unlocked',
  'hold',
  'hold-lifted',
  'destroyed',
  'banned',
  'unbanned',
  'producer-retired',
  'given-up',
  'refresh-begun',
  'epoch',
  'epoch-abandoned',
  'refreshed',
  'audit-accepted',
] as const satisfies readonly FeedChange['kind'][];

/** @throws KEYS_RECORD_INVALID */
export function readChange(fields: JsonFields): FeedChange {
  const kind = fields.choice('kind', kinds);
  switch (kind) {
    case 'policy':
      return { kind, policy: readPolicy(fields.object('policy')) };
    case 'policy-removed':
      return { kind, policyId: fields.text('policyId', pattern.policyId) };
    case 'tombstone':
      return { kind, keyId: fields.text('keyId', pattern.id) };
    case 'destroyed': {
      const change = { kind, ...readWhere(fields) };
      if (!fields.has('patient')) return change;
      return { ...change, patient: fields.text('patient', pattern.digest) };
    }
    case 'banned':
    case 'unbanned':
      return { kind, who: fields.text('who', pattern.banned) };
    case 'producer-retired':
      return { kind, keyId: fields.text('keyId', pattern.digest) };
    case 'given-up':
      return { kind, ...readPosition(fields) };
    case 'refresh-begun':
      return { kind, reason: fields.text('reason', pattern.why) };
    case 'epoch':
    case 'epoch-abandoned':
      return { kind, run: fields.text('run', pattern.digest) };
    case 'refreshed':
      return { kind, begun: fields.integer('begun', 1) };
    case 'audit-accepted':
      return readAuditAccepted(fields);
    default:
      return { kind, ...readWhere(fields) };
  }
}

function readWhere(fields: JsonFields): { readonly place: Place; readonly reason: string } {
  return { place: readPlace(fields.object('place')), reason: fields.text('reason', pattern.why) };
}

function readAuditAccepted(fields: JsonFields): FeedChange {
  return {
    kind: 'audit-accepted',
    server: fields.nullableText('server', pattern.name) ?? null,
    reason: fields.text('reason', pattern.why),
    gap: readRecordGap(fields.object('gap')),
  };
}

/** Whether keys of this subject may be under this policy. */
export function isPolicyOf(policy: FeedPolicy, of: KeySubject): boolean {
  if ('owner' in of) return 'owner' in policy && policy.owner === of.owner;
  return 'collection' in policy && policy.collection === of.collection;
}

/** A policy of its JSON form. @throws KEYS_RECORD_INVALID */
export function readPolicy(fields: JsonFields): FeedPolicy {
  const policy = {
    id: fields.text('id', pattern.policyId),
    version: fields.integer('version', 0),
    ...(fields.has('owner')
      ? { owner: fields.text('owner', pattern.owner) }
      : { collection: fields.text('collection', pattern.name) }),
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
