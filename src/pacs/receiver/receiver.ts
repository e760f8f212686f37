import type { RefusedContext, StoreRefusal, StoreRequest } from '../../dimse/index.ts';
import type { ByteSink } from '../../lib/streams/byte-stream.ts';
import type { Sender } from './sender.ts';

/** What a C-MOVE under way expects to arrive. */
export interface Expectation {
  /** The PACS that was asked: nobody else can fulfil it. */
  readonly sender: Sender;
  /** The AE title and message id of our C-MOVE request, which the PACS repeats in each C-STORE. */
  readonly moveOriginatorAeTitle: string;
  readonly messageId: number;
  /** The PACS is known to leave them out. One that it does name must be ours all the same. */
  readonly mayOmitOriginator: boolean;
  /** The instances asked for; empty when a whole series was. */
  readonly sopInstanceUids: ReadonlySet<string>;
  /** Takes an instance that fits. */
  readonly onStore: (request: StoreRequest) => ByteSink | StoreRefusal;
  /** The PACS sent an instance that was asked for without saying by which C-MOVE. */
  readonly onOriginatorMissing: () => void;
  /** The PACS offered a class in no transfer syntax that is taken. */
  readonly onContextRefused: (context: RefusedContext) => void;
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
