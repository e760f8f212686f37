import type { KeyObject } from 'node:crypto';
import type { Database } from '../db/index.ts';
import type { Peer } from '../keys/index.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Random } from '../lib/random.ts';
import type { PinnedKeys, Signer } from '../seal/index.ts';
import type { FeedChain } from './feed-chain.ts';
import type { Lease } from './lease.ts';
import type { MasterKey } from './master-key.ts';
import type { RecordAnchors } from './record-anchors.ts';
import type { Runs } from './store/runs.ts';
import type { KeyServerSchema } from './store/schema.ts';
import type { Tickets } from './tickets.ts';
import type { RunSettler } from './upkeep/settle-runs.ts';

/** What the operations of a key server work with. */
export interface KeyServerCore {
  readonly name: string;
  readonly site: string;
  readonly db: Database<KeyServerSchema>;
  readonly masterKey: MasterKey;
  readonly depositorKeys: PinnedKeys;
  readonly feedKeys: PinnedKeys;
  /** Signs what it acknowledges. */
  readonly signer: Signer;
  readonly anchors: RecordAnchors;
  /** All key servers that may send each other shares, this one too, by name. */
  readonly peers: ReadonlyMap<string, Peer>;
  /** X25519: opens what others seal to this server. */
  readonly boxKey: KeyObject;
  /** Orders under which shares are made anew here. */
  readonly runs: Runs;
  readonly settler: Pick<RunSettler, 'wake'>;
  readonly lease: Lease;
  readonly feed: FeedChain;
  readonly tickets: Tickets;
  /** Whether tokens are taken that other parties accept too. */
  readonly acceptsShared: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}
