import type { StoreRefusal, StoreRequest } from '../../dimse/index.ts';
import type { ByteSink } from '../../lib/streams/byte-stream.ts';

/** What a C-MOVE under way expects to arrive. */
export interface Expectation {
  /** The AE title and message id of our C-MOVE request: PACS repeat them in each C-STORE. */
  readonly moveOriginatorAeTitle: string;
  readonly messageId: number;
  /** The instances asked for; empty when a whole series was. */
  readonly sopInstanceUids: ReadonlySet<string>;
  /** Takes an instance that fits. */
  readonly onStore: (request: StoreRequest) => ByteSink | StoreRefusal;
}

/** Our own C-STORE SCP, the one destination of every C-MOVE. */
export interface Receiver {
  /** The name the PACS know it by. */
  readonly aeTitle: string;
  readonly port: number;
  /**
   * Await the instances of a C-MOVE; register before the request is sent.
   *
   * @returns to be called when the C-MOVE is over
   */
  expect(expectation: Expectation): () => void;
  close(): Promise<void>;
}
