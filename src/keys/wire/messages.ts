import { JsonFields } from '../../lib/json/json-fields.ts';
import { keysLimits } from '../limits.ts';
import { type FeedPosition, readPosition } from './feed-position.ts';
import { pattern } from './patterns.ts';
import { type AskedFor, lineText, readLineText } from './place.ts';
import { refuseField } from './refuse.ts';
import {
  readShareRecord,
  readStoredShare,
  type ShareRecord,
  type StoredShare,
} from './share-record.ts';

/** Paths of a key server. */
export const keyServerPath = {
  deposits: '/v1/deposits',
  ownDeposits: '/v1/own-deposits',
  shares: '/v1/shares',
  feed: '/v1/feed',
  tickets: '/v1/tickets',
  status: '/status',
} as const;

/** `POST /v1/deposits`: a signed deposit. */
export interface DepositRequest {
  readonly deposit: string;
}

/** `POST /v1/own-deposits`: shares of keys of the caller's own. */
export interface OwnDepositRequest {
  readonly records: readonly StoredShare[];
}

/**
 * A share that is wanted, and what it is wanted for: what names a key (an answer of the gateway, a row
 * of the catalog) may name that of another file.
 */
export interface WantedShare {
  readonly keyId: string;
  readonly of: AskedFor;
}

/** `POST /v1/shares`: which shares the caller wants. */
export interface SharesRequest {
  readonly keys: readonly WantedShare[];
}

/** Its JSON: a line travels as one text. */
export function sharesRequestBody({ keys }: SharesRequest): object {
  return {
    keys: keys.map(({ keyId, of }) => ({ keyId, line: lineText(of) })),
  };
}

/** One item of the answer: a record, or null when refused. Absent and forbidden look the same. */
export interface ShareItem {
  readonly keyId: string;
  readonly record: ShareRecord | null;
  /** Of the epoch before, for a minute after shares were made anew: other servers may still give theirs. */
  readonly earlier?: ShareRecord;
}

/** `POST /v1/feed`: entries in order, then what renews the lease. */
export interface FeedRequest {
  readonly entries: readonly string[];
  readonly heartbeat: string | null;
  /** Number of the entry whose digest the answer is to name. */
  readonly confirm: number | null;
  /** The newest answer of this server that the gateway keeps: how far its audit record was. */
  readonly anchor: string | null;
}

/** The answer to it. */
export interface FeedAnswer {
  /** An `mdm-feed-ack`. */
  readonly ack: string;
  /** The newest heartbeat that the server keeps: how far the gateway's audit record was. */
  readonly anchor: string | null;
}

/** `GET /v1/feed?after=`: entries in order; fewer than there are where they are large. */
export interface FeedEntriesAnswer {
  readonly entries: readonly string[];
}

/** `GET /status`. */
export interface KeyServerStatus extends FeedPosition {
  readonly name: string;
  /** How long it would still answer; 0 when the lease has run out. */
  readonly leaseRemainingMs: number;
  /** Whether it takes tokens that other parties accept too. */
  readonly acceptsShared: boolean;
  /** Its clock, UTC. */
  readonly nowMs: number;
}

/** An answer other than success. */
export interface ErrorAnswer {
  readonly code: string;
  /** Of the server's feed, where the code is about the feed. */
  readonly position: FeedPosition | null;
}

const code = /^[A-Z][A-Z0-9_]{2,63}$/;

function fieldsOf(value: unknown, path: string): JsonFields {
  return new JsonFields(value, { path, refuse: refuseField });
}

export function readDepositRequest(value: unknown): DepositRequest {
  const fields = fieldsOf(value, 'request');
  const request = { deposit: fields.text('deposit', pattern.jws) };
  fields.end();
  return request;
}

export function readOwnDepositRequest(value: unknown): OwnDepositRequest {
  const fields = fieldsOf(value, 'request');
  const records = fields.objects('records', keysLimits.ownKeysPerRequestMax, readStoredShare);
  fields.end();
  return { records };
}

export function readSharesRequest(value: unknown): SharesRequest {
  const fields = fieldsOf(value, 'request');
  const request = { keys: fields.objects('keys', keysLimits.keysPerRequestMax, readWanted) };
  fields.end();
  return request;
}

function readWanted(fields: JsonFields): WantedShare {
  const keyId = fields.text('keyId', pattern.id);
  return { keyId, of: readLineText(fields.text('line', pattern.line)) };
}

export function readFeedRequest(value: unknown): FeedRequest {
  const fields = fieldsOf(value, 'request');
  const request = {
    entries: fields.texts('entries', keysLimits.feedEntriesPerRequestMax, pattern.jws),
    heartbeat: fields.nullableText('heartbeat', pattern.jws) ?? null,
    confirm: fields.nullableInteger('confirm') ?? null,
    anchor: fields.nullableText('anchor', pattern.jws) ?? null,
  };
  fields.end();
  return request;
}

export function readSharesAnswer(value: unknown): readonly ShareItem[] {
  const fields = fieldsOf(value, 'answer');
  const items = fields.objects('shares', keysLimits.keysPerRequestMax, (item) => ({
    keyId: item.text('keyId', pattern.id),
    record: item.isNull('record') ? null : readShareRecord(item.object('record')),
    ...(item.has('earlier') && { earlier: readShareRecord(item.object('earlier')) }),
  }));
  fields.end();
  return items;
}

export function readStatus(value: unknown): KeyServerStatus {
  const fields = fieldsOf(value, 'status');
  const status: KeyServerStatus = {
    name: fields.text('name', pattern.name),
    ...readPosition(fields),
    leaseRemainingMs: fields.integer('leaseRemainingMs', 0),
    acceptsShared: fields.flag('acceptsShared'),
    nowMs: fields.integer('nowMs', 0),
  };
  fields.end();
  return status;
}

export function readFeedAnswer(value: unknown): FeedAnswer {
  const fields = fieldsOf(value, 'answer');
  const answer = {
    ack: fields.text('ack', pattern.jws),
    anchor: fields.nullableText('anchor', pattern.jws) ?? null,
  };
  fields.end();
  return answer;
}

export function readFeedEntriesAnswer(value: unknown): FeedEntriesAnswer {
  const fields = fieldsOf(value, 'answer');
  const entries = fields.texts('entries', keysLimits.feedEntriesPerRequestMax, pattern.jws);
  fields.end();
  return { entries };
}

/** As many of the statements as one message takes; at least one. */
export function withinMessage(statements: readonly string[]): readonly string[] {
  let size = 0;
  const end = statements.findIndex((statement, index) => {
    size += statement.length;
    return index > 0 && size > keysLimits.feedMessageSizeMax;
  });
  return end === -1 ? statements : statements.slice(0, end);
}

export function readErrorAnswer(value: unknown): ErrorAnswer {
  const fields = fieldsOf(value, 'error');
  const answer = {
    code: fields.text('code', code),
    position: fields.isNull('position') ? null : readPosition(fields.object('position')),
  };
  fields.end();
  return answer;
}
