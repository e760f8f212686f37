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

/** A key whose shares are to be looked after, as every server must have it. */
export interface OrderedKey {
  readonly keyId: string;
  /** `descriptionDigestOf` what the servers keep of it: of one epoch, and of the same words. */
  readonly digest: string;
}

/**
 * A gateway's signed order to the key servers, the same for all of them: to give one of them the share
 * that it lacks, or new shares to all. The gateway carries what they send each other and can read none
 * of it; what it orders at worst costs time.
 */
export type UpkeepOrder = {
  readonly format: 'mdm-upkeep-order';
  readonly formatVersion: 1;
  readonly site: string;
  /** Servers that deal, by name. */
  readonly dealers: readonly string[];
  readonly keys: readonly OrderedKey[];
  /** UTC ms; an old order is not followed. */
  readonly timeMs: number;
} & UpkeepPurpose;

/** What it is for. */
export type UpkeepPurpose =
  | { readonly purpose: 'recovery'; readonly target: string }
  | { readonly purpose: 'refresh'; readonly target: null };

/** A verified order. Its digest is the name of what is done under it. */
export interface VerifiedOrder {
  readonly order: UpkeepOrder;
  readonly digest: string;
}

/** An order without its format. */
export type OrderWords = Omit<UpkeepOrder, 'format' | 'formatVersion' | 'purpose' | 'target'> &
  UpkeepPurpose;

export async function signUpkeepOrder(
  words: OrderWords,
  signer: Signer,
): Promise<VerifiedOrder & { readonly statement: string }> {
  const order: UpkeepOrder = { format: 'mdm-upkeep-order', formatVersion: 1, ...words };
  const statement = await signStatement('mdm-upkeep-order', order, signer);
  return { order, digest: statementDigestOf(statement), statement };
}

/** @throws KEYS_RECORD_INVALID, SEAL_RECEIPT_INVALID, SEAL_RECEIPT_UNTRUSTED */
export async function verifyUpkeepOrder(jws: string, pinned: PinnedKeys): Promise<VerifiedOrder> {
  const maxSize = keysLimits.upkeepStatementSizeMax;
  const payload = await verifyStatement('mdm-upkeep-order', jws, { pinned, maxSize });
  const fields = new JsonFields(payload, { path: 'order', refuse: refuseField });
  const order: UpkeepOrder = {
    format: fields.choice('format', ['mdm-upkeep-order']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    site: fields.text('site', pattern.name),
    ...readPurpose(fields),
    dealers: fields.texts('dealers', keysLimits.serversMax, pattern.name),
    keys: fields.objects('keys', keysLimits.keysPerRequestMax, readOrderedKey),
    timeMs: fields.integer('timeMs', 0),
  };
  fields.end();
  if (isTwice(order.dealers) || isTwice(order.keys.map(({ keyId }) => keyId)))
    throw refuseField('order: twice');
  return { order, digest: statementDigestOf(jws) };
}

function readPurpose(fields: JsonFields): UpkeepPurpose {
  const purpose = fields.choice('purpose', ['recovery', 'refresh']);
  if (purpose === 'recovery') return { purpose, target: fields.text('target', pattern.name) };
  if (!fields.isNull('target')) throw refuseField('order.target');
  return { purpose, target: null };
}

function readOrderedKey(fields: JsonFields): OrderedKey {
  return { keyId: fields.text('keyId', pattern.id), digest: fields.text('digest', pattern.digest) };
}

function isTwice(names: readonly string[]): boolean {
  return new Set(names).size !== names.length;
}
