import type { KeyObject } from 'node:crypto';
import { codeOf, MdmError } from '../../lib/errors/mdm-error.ts';
import { JsonFields } from '../../lib/json/json-fields.ts';
import { type PinnedKeys, pinKeys } from '../../seal/index.ts';
import { keysErrors } from '../errors.ts';
import type { FeedStore, KeptAck } from '../feed/feed-store.ts';
import { keysLimits } from '../limits.ts';
import { type FeedAck, verifyFeedAck } from '../wire/feed-ack.ts';
import { type FeedEntry, type VerifiedFeedEntry, verifyFeedEntry } from '../wire/feed-entry.ts';
import { pattern } from '../wire/patterns.ts';
import { refuseField } from '../wire/refuse.ts';

/** Proof that key servers hold an entry of the policy feed: what each of them signed of it. */
export interface FeedCertificate {
  readonly format: 'mdm-feed-certificate';
  readonly formatVersion: 1;
  /** The entry, signed by the gateway. */
  readonly entry: string;
  /** `mdm-feed-ack` of each server that confirmed it. */
  readonly acks: readonly string[];
}

/** Whom a certificate is believed by: keys that were enrolled, and how many servers suffice. */
export interface CertificateTrust {
  readonly feedKeys: PinnedKeys;
  readonly servers: readonly { readonly name: string; readonly signingKey: KeyObject }[];
  /** k: how many shares give a key. */
  readonly threshold: number;
}

/** What a certificate proves. */
export interface VerifiedCertificate {
  readonly entry: FeedEntry;
  readonly digest: string;
  /** Servers that signed that they hold it, and by their clocks when. */
  readonly kept: readonly { readonly server: string; readonly timeMs: number }[];
  /** So many that no k servers are left that do not know it. */
  readonly quorum: boolean;
}

/** What the store has of entry `seq`. @throws KEYS_CERTIFICATE_INVALID when there is no such entry */
export async function certificateOf(store: FeedStore, seq: number): Promise<FeedCertificate> {
  const [entry] = seq < 1 ? [] : await store.after(seq - 1, 1);
  if (entry === undefined)
    throw keysErrors.create('KEYS_CERTIFICATE_INVALID', { message: `there is no entry ${seq}` });
  const acks = (await store.acksOf(seq)).map(({ statement }: KeptAck) => statement);
  return { format: 'mdm-feed-certificate', formatVersion: 1, entry, acks };
}

/** A certificate of its JSON form. @throws KEYS_RECORD_INVALID */
export function readCertificate(value: unknown): FeedCertificate {
  const fields = new JsonFields(value, { path: 'certificate', refuse: refuseField });
  const certificate: FeedCertificate = {
    format: fields.choice('format', ['mdm-feed-certificate']),
    formatVersion: fields.integer('formatVersion', 1, 1) as 1,
    entry: fields.text('entry', pattern.jws),
    acks: fields.texts('acks', keysLimits.serversMax, pattern.jws),
  };
  fields.end();
  return certificate;
}

/**
 * What a certificate proves to who trusts these keys; asks nobody. What a server signed of another entry,
 * and what nobody signed that is trusted, counts for nothing.
 * @throws KEYS_CERTIFICATE_INVALID when the entry itself is not signed by a trusted key
 */
export async function verifyCertificate(
  certificate: FeedCertificate,
  trust: CertificateTrust,
): Promise<VerifiedCertificate> {
  const { entry, digest } = await entryOf(certificate, trust.feedKeys);
  const acks = await Promise.all(certificate.acks.map((ack) => ackOf(ack, trust.servers)));
  const kept = new Map<string, number>();
  for (const ack of acks) {
    const { seq, digest: confirmed } = ack?.confirmed ?? {};
    if (ack?.site === entry.site && seq === entry.seq && confirmed === digest)
      kept.set(ack.server, ack.timeMs);
  }
  return {
    entry,
    digest,
    kept: [...kept].map(([server, timeMs]) => ({ server, timeMs })),
    quorum: kept.size > trust.servers.length - trust.threshold,
  };
}

async function entryOf(
  { entry }: FeedCertificate,
  feedKeys: PinnedKeys,
): Promise<VerifiedFeedEntry> {
  try {
    return await verifyFeedEntry(entry, feedKeys);
  } catch (cause) {
    if (!(cause instanceof MdmError)) throw cause;
    const message = `the entry: ${codeOf(cause)}`;
    throw keysErrors.create('KEYS_CERTIFICATE_INVALID', { message, cause });
  }
}

/** Undefined of what no server of the list signed in its own name. */
async function ackOf(
  statement: string,
  servers: CertificateTrust['servers'],
): Promise<FeedAck | undefined> {
  try {
    const ack = await verifyFeedAck(statement, pinKeys(servers.map((one) => one.signingKey)));
    const own = servers.find(({ name }) => name === ack.server);
    if (own === undefined) return undefined;
    return await verifyFeedAck(statement, pinKeys([own.signingKey]));
  } catch (error) {
    if (error instanceof MdmError) return undefined;
    throw error;
  }
}
