import { type FeedChange, FeedState } from '../../src/keys/index.ts';

/** What a feed says, without anybody who signs it. */
export class SaidFeed {
  readonly state: FeedState = new FeedState();

  say(...changes: readonly FeedChange[]): void {
    const { seq, digest: previous } = this.state.position;
    const entry = { format: 'mdm-policy-feed', formatVersion: 2, site: 'test', timeMs: 0 } as const;
    const digest = String(seq + 1).padStart(64, '0');
    this.state.apply({ entry: { ...entry, seq: seq + 1, previous, changes }, digest });
  }

  now(): Promise<FeedState> {
    return Promise.resolve(this.state);
  }
}
