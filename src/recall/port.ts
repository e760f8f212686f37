import type { FileId, FileNode, RecallRow } from '../catalog/catalog.ts';
import type { Sealed } from '../flow/index.ts';
import type { StatedFile } from '../seal/index.ts';

/** Names the key of a sealed file at the key servers. */
export interface KeyRef {
  readonly keyId: string;
  readonly recipientPublicKey: Uint8Array;
}

/**
 * Random names of a content and of one sealed form of it, which doors show as entity tags. Made when
 * the production began; never used again, whether it is completed or fails.
 */
export interface Validators {
  readonly plain: string;
  readonly sealed: string;
}

/** What a growing production shows to those who follow it. */
export interface FollowedReplica {
  readonly validators: Validators;
  /** Which file is made, as the clinical side says it. */
  readonly of: StatedFile & { readonly version: number };
  /** Key of the version being made. */
  readonly key: KeyRef;
  /** The exact plaintext size; undefined when it is known only at the end. */
  readonly plaintextSize: number | undefined;
  /** The exact sealed size, as above. */
  readonly sealedSize: number | undefined;
  /**
   * Sealed bytes from `offset` on, waiting for more while it grows.
   * @throws RECALL_* when the recall fails: the reader must not see a clean end
   */
  sealedBytes(
    offset: number,
    options: { readonly signal?: AbortSignal },
  ): AsyncIterable<Sealed<Uint8Array>>;
}

/** One reader's interest in one file of a recall. */
export interface RecallTicket {
  readonly recallId: number;
  /**
   * The replica as soon as a reader may follow it: its key shares are durable and the collection
   * allows reading it while it grows. @throws RECALL_*
   */
  following(options: { readonly signal?: AbortSignal }): Promise<FollowedReplica>;
  /** The file once published. @throws RECALL_* */
  settled(options: { readonly signal?: AbortSignal }): Promise<FileNode>;
  /** This reader left. The recall goes on for a while: a client's retry continues it. */
  detach(): void;
}

/** How doors reach the hospital: they ask for a recall and read what is staged. */
export interface RecallPort {
  /** Ask for a file. Joins the open recall of its series. Callers take turns, named by subject. */
  request(
    file: FileNode,
    options: { readonly priority: 'interactive' | 'bulk'; readonly caller: string },
  ): Promise<RecallTicket>;
  /** What readers may follow of a file now: its first production, or that of a new content. */
  growing(file: FileId): FollowedReplica | undefined;
  /** The state of a recall. */
  state(id: number): Promise<RecallRow | undefined>;
}
