import type { JsonFields } from '../../lib/json/json-fields.ts';
import { pattern } from './patterns.ts';

/** An entry of a feed, by its number and digest. */
export interface FeedPosition {
  readonly seq: number;
  readonly digest: string;
}

/** Before the first entry. */
export const feedStart: FeedPosition = { seq: 0, digest: '0'.repeat(64) };

/** The two fields of a position, among others. @throws KEYS_RECORD_INVALID */
export function readPosition(fields: JsonFields): FeedPosition {
  return { seq: fields.integer('seq', 0), digest: fields.text('digest', pattern.digest) };
}
