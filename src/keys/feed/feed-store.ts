import type { FeedPosition } from '../wire/feed-position.ts';

/** A server's signed word that it holds an entry. */
export interface KeptAck {
  readonly seq: number;
  readonly server: string;
  readonly statement: string;
}

/** Where the feed is kept: durable, on the gateway's side. */
export interface FeedStore {
  /** Durable when it resolves; rejects when `seq` is not the one after the last. */
  append(entry: FeedPosition & { readonly statement: string }): Promise<void>;
  /** Statements from `seq + 1` on, in order, at most `limit`. */
  after(seq: number, limit: number): Promise<readonly string[]>;
  /** Forget the entries after `seq`, with what was kept of them. */
  dropAfter(seq: number): Promise<void>;
  /** Keep what a server said of an entry: the first answer is as good as any. */
  keepAck(ack: KeptAck): Promise<void>;
  /** What was kept of an entry, by server. */
  acksOf(seq: number): Promise<readonly KeptAck[]>;
}
