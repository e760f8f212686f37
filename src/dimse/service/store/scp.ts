import { isUid } from '../../../dicom/index.ts';
import type { ByteSink } from '../../../lib/streams/byte-stream.ts';
import type {
  Association,
  IncomingRequest,
  RequestHandler,
} from '../../association/association.ts';
import type { CStoreRq } from '../../message/command.ts';
import { dimseStatus } from '../../message/status.ts';
import { answerRequest } from '../answer.ts';

/** A peer wants to store an instance. */
export interface StoreRequest {
  readonly sopClassUid: string;
  /** Has been checked to be a UID. */
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly remoteAddress: string;
  /** The C-MOVE that caused it, where the sender says. */
  readonly moveOriginatorAeTitle: string | undefined;
  readonly moveOriginatorMessageId: number | undefined;
}

/** The instance is not wanted; its data set is read and thrown away. */
export interface StoreRefusal {
  readonly refusedWith: number;
}

/**
 * Decides where an instance goes. The sink gets the data set as it arrives, in the transfer syntax
 * of the request. The response is sent when `end` settles: success if it resolves, else the status
 * of the `StoreFailure` it rejects with, else processing failure. Reading stops while it waits.
 */
export type OnStore = (request: StoreRequest) => ByteSink | StoreRefusal;

/** What a sink rejects with to choose the status. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure';
  readonly status: number;

  constructor(status: number) {
    super(`store refused with status ${status}`);
    this.status = status;
  }
}

/** Serves C-STORE and refuses everything else. @standard PS3.4 §B */
export function storeHandler(association: Association, onStore: OnStore): RequestHandler {
  return (request) =>
    request.command.kind === 'C-STORE-RQ'
      ? receiveStore(association, request, onStore)
      : answerRequest(association, request, dimseStatus.unrecognizedOperation);
}

/** One C-STORE-RQ: a sink that answers it when its data set has ended. */
export function receiveStore(
  association: Association,
  { context, command }: IncomingRequest,
  onStore: OnStore,
): ByteSink | undefined {
  if (command.kind !== 'C-STORE-RQ') return undefined;
  const reply = (status: number): Promise<void> =>
    association.send(context.id, responseTo(command, status)).catch(() => {}); // told by `ended`
  if (!command.hasDataSet) {
    void reply(dimseStatus.unableToProcess);
    return undefined;
  }
  const refusal = refusalOf(command, context.abstractSyntax);
  const target =
    refusal ??
    onStore({
      sopClassUid: command.affectedSopClassUid,
      sopInstanceUid: command.affectedSopInstanceUid,
      transferSyntaxUid: context.transferSyntax,
      callingAeTitle: association.callingAeTitle,
      calledAeTitle: association.calledAeTitle,
      remoteAddress: association.remoteAddress,
      moveOriginatorAeTitle: command.moveOriginatorAeTitle,
      moveOriginatorMessageId: command.moveOriginatorMessageId,
    });
  return 'refusedWith' in target
    ? new DiscardingSink(() => reply(target.refusedWith))
    : new ReplyingSink(target, reply);
}

function refusalOf(command: CStoreRq, abstractSyntax: string): StoreRefusal | undefined {
  if (!isUid(command.affectedSopInstanceUid)) return { refusedWith: dimseStatus.invalidInstance };
  if (command.affectedSopClassUid !== abstractSyntax) {
    return { refusedWith: dimseStatus.identifierDoesNotMatch };
  }
  return undefined;
}

function responseTo(command: CStoreRq, status: number): Parameters<Association['send']>[1] {
  return {
    kind: 'C-STORE-RSP',
    messageIdBeingRespondedTo: command.messageId,
    affectedSopClassUid: command.affectedSopClassUid,
    affectedSopInstanceUid: command.affectedSopInstanceUid,
    status,
    hasDataSet: false,
  };
}

/** Reads a data set nobody wants, then answers. */
class DiscardingSink implements ByteSink {
  readonly #done: () => Promise<void>;

  constructor(done: () => Promise<void>) {
    this.#done = done;
  }

  write(): void {}

  end(): Promise<void> {
    return this.#done();
  }

  abort(): void {}
}

/** Passes bytes on; a sink that fails costs its instance, not the association. */
class ReplyingSink implements ByteSink {
  readonly #sink: ByteSink;
  readonly #reply: (status: number) => Promise<void>;
  #failure: { readonly error: unknown } | undefined;

  constructor(sink: ByteSink, reply: (status: number) => Promise<void>) {
    this.#sink = sink;
    this.#reply = reply;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#failure !== undefined) return;
    try {
      return this.#sink.write(chunk)?.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  async end(): Promise<void> {
    try {
      if (this.#failure === undefined) await this.#sink.end();
    } catch (error) {
      this.#failure = { error };
    }
    await this.#reply(this.#failure === undefined ? dimseStatus.success : this.#status());
  }

  abort(reason: unknown): void {
    if (this.#failure === undefined) this.#sink.abort(reason);
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#sink.abort(error);
  }

  #status(): number {
    const error = this.#failure?.error;
    return error instanceof StoreFailure ? error.status : dimseStatus.processingFailure;
  }
}
