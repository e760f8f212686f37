import { JsonFields } from '../../lib/json/json-fields.ts';
import { keysLimits } from '../limits.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

/** Paths of what the key servers do with their shares under orders of a gateway. */
export const upkeepPath = {
  list: '/v1/upkeep/list',
  deal: '/v1/upkeep/deal',
  blind: '/v1/upkeep/blind',
  take: '/v1/upkeep/take',
  stage: '/v1/upkeep/stage',
  ready: '/v1/upkeep/ready',
  prove: '/v1/upkeep/prove',
} as const;

/** `list`: a signed question. */
export interface ListRequest {
  readonly list: string;
}

/** `deal`, `blind`, `take`: a signed order, and boxes of other servers, as `order.dealers` has them. */
export interface UpkeepRequest {
  readonly order: string;
  readonly boxes: readonly string[];
}

/** A box on its way. */
export interface AddressedBox {
  readonly to: string;
  readonly box: string;
}

/** `deal`: a box for each that is to have one. */
export interface DealAnswer {
  readonly boxes: readonly AddressedBox[];
}

/** `blind`: the box for the target. */
export interface BlindAnswer {
  readonly box: string;
}

/** `stage`: also digests of all boxes that were dealt: of each dealer those to each holder, by name. */
export interface StageRequest extends UpkeepRequest {
  readonly dealt: readonly string[];
}

/** `ready` and `prove`: the signed words of all holders, in the order of their names. */
export interface WordsRequest {
  readonly order: string;
  readonly words: readonly string[];
}

/** `stage` and `ready`: the server's own word. */
export interface WordAnswer {
  readonly word: string;
}

/** `take`: which shares the target has now, and which could not be made of what it was sent. */
export interface TakeAnswer {
  readonly stored: readonly string[];
  readonly wrong: readonly string[];
}

function fieldsOf(value: unknown, path: string): JsonFields {
  return new JsonFields(value, { path, refuse: refuseField });
}

/** @throws KEYS_RECORD_INVALID, as all of these */
export function readListRequest(value: unknown): ListRequest {
  const fields = fieldsOf(value, 'request');
  const request = { list: fields.text('list', pattern.jws) };
  fields.end();
  return request;
}

export function readUpkeepRequest(value: unknown): UpkeepRequest {
  const fields = fieldsOf(value, 'request');
  const request = {
    order: fields.text('order', pattern.jws),
    boxes: fields.texts('boxes', keysLimits.serversMax, pattern.jwe),
  };
  fields.end();
  return request;
}

export function readDealAnswer(value: unknown): DealAnswer {
  const fields = fieldsOf(value, 'answer');
  const boxes = fields.objects('boxes', keysLimits.serversMax, (box) => ({
    to: box.text('to', pattern.name),
    box: box.text('box', pattern.jwe),
  }));
  fields.end();
  return { boxes };
}

export function readBlindAnswer(value: unknown): BlindAnswer {
  const fields = fieldsOf(value, 'answer');
  const answer = { box: fields.text('box', pattern.jwe) };
  fields.end();
  return answer;
}

export function readTakeAnswer(value: unknown): TakeAnswer {
  const fields = fieldsOf(value, 'answer');
  const idsOf = (name: string) => fields.texts(name, keysLimits.keysPerRequestMax, pattern.id);
  const answer = { stored: idsOf('stored'), wrong: idsOf('wrong') };
  fields.end();
  return answer;
}

export function readStageRequest(value: unknown): StageRequest {
  const fields = fieldsOf(value, 'request');
  const request = {
    order: fields.text('order', pattern.jws),
    boxes: fields.texts('boxes', keysLimits.serversMax, pattern.jwe),
    dealt: fields.texts('dealt', keysLimits.serversMax ** 2, pattern.digest),
  };
  fields.end();
  return request;
}

export function readWordsRequest(value: unknown): WordsRequest {
  const fields = fieldsOf(value, 'request');
  const request = {
    order: fields.text('order', pattern.jws),
    words: fields.texts('words', keysLimits.serversMax, pattern.jws),
  };
  fields.end();
  return request;
}

export function readWordAnswer(value: unknown): WordAnswer {
  const fields = fieldsOf(value, 'answer');
  const answer = { word: fields.text('word', pattern.jws) };
  fields.end();
  return answer;
}
