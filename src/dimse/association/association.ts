import type { ByteSink, ByteStream } from '../../lib/streams/byte-stream.ts';
import type {
  CCancelRq,
  Command,
  RequestCommand,
  ResponseCommand,
  UnknownCommand,
} from '../message/command.ts';
import type { AssociationEnd } from './association-end.ts';
import type { PresentationContext } from './presentation-context.ts';

/** A data set to send: held in memory, or as it is read. */
export type OutgoingDataSet = Uint8Array | ByteStream;

/** A response with its identifier, still encoded in the transfer syntax of its context. */
export interface IncomingResponse {
  readonly response: ResponseCommand;
  readonly identifier: Uint8Array | undefined;
}

/** A request to make of the peer. */
export interface Exchange {
  readonly contextId: number;
  readonly command: RequestCommand;
  readonly dataSet?: OutgoingDataSet;
  /** Called for every pending response; a promise stops reading from the peer. */
  readonly onPending?: (incoming: IncomingResponse) => void | Promise<void>;
  /**
   * Ends the request early: with C-CANCEL where the service has it, and A-ABORT if the peer does
   * not obey in time, else with A-ABORT at once. The request then rejects with the signal's reason.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A request of the peer. */
export interface IncomingRequest {
  readonly context: PresentationContext;
  readonly command: RequestCommand;
}

/**
 * Serves the peer's requests. Called in order, synchronously.
 *
 * @returns where the data set goes, if the command has one; undefined throws it away. Reading
 *   stops while `write` or `end` of it wait; if they fail the association is aborted.
 */
export type RequestHandler = (request: IncomingRequest) => ByteSink | undefined;

/** An open association: one outstanding request of ours, and whatever the peer asks. */
export interface Association {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly remoteAddress: string;
  readonly contexts: readonly PresentationContext[];
  /** Resolves when the association is over, however it ended. */
  readonly ended: Promise<AssociationEnd>;
  nextMessageId(): number;
  /** Set who serves the peer's requests; the default refuses each with a status. */
  serve(handler: RequestHandler | undefined): void;
  /** Set who hears C-CANCEL requests of the peer. */
  onCancel(listener: ((cancel: CCancelRq) => void) | undefined): void;
  /** Make a request; resolves with the final response. Rejects with a coded error. */
  request(exchange: Exchange): Promise<IncomingResponse>;
  /** Send one message. Rejects when the association is over. */
  send(
    contextId: number,
    command: Exclude<Command, UnknownCommand>,
    dataSet?: OutgoingDataSet,
  ): Promise<void>;
  /** End in order; resolves when it is over. Never rejects. */
  release(): Promise<void>;
  /** End at once and destroy the connection; outstanding work fails with `reason`. */
  abort(reason: unknown): void;
}
