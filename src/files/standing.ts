import type { FeedState } from '../keys/index.ts';

/** What the signed feed says: the one thing that decides who may do what. */
export interface Standing {
  now(): Promise<FeedState>;
}
