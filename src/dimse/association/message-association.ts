import { assert } from '../../lib/assert.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { MdmError } from '../../lib/errors/mdm-error.ts';
import type { Random } from '../../lib/random.ts';
import type { ByteSink } from '../../lib/streams/byte-stream.ts';
import { type DimseErrorCode, dimseErrors } from '../errors.ts';
import type { DimseLimits } from '../limits.ts';
import { MessageAssembler, type MessagePart } from '../message/assembler.ts';
import type {
  CCancelRq,
  Command,
  RequestCommand,
  ResponseCommand,
  UnknownCommand,
} from '../message/command.ts';
import { Fragmenter, fragmentSizeMax, type Gather } from '../message/fragmenter.ts';
import { gatheringSink } from '../message/gathering-sink.ts';
import { dimseStatus, statusCategory } from '../message/status.ts';
import type { FragmentFrame } from '../pdu/framer.ts';
import type { Transport } from '../transport/transport.ts';
import type {
  Association,
  Exchange,
  IncomingResponse,
  OutgoingDataSet,
  RequestHandler,
} from './association.ts';
import { type AssociationEnd, endError } from './association-end.ts';
import type { PresentationContext } from './presentation-context.ts';
import { UpperLayerDriver, type UpperLayerUser } from './upper-layer-driver.ts';

/** What was agreed when the association was accepted. */
export interface Agreement {
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  readonly contexts: readonly PresentationContext[];
  readonly peerPduLengthMax: number;
}

interface OpenExchange extends Exchange {
  readonly settle: (incoming: IncomingResponse) => void;
  readonly fail: (error: unknown) => void;
}

interface Message {
  readonly contextId: number;
  readonly command: Exclude<Command, UnknownCommand>;
  readonly dataSet: OutgoingDataSet | undefined;
}

/** What was agreed, before anything is. */
const noAgreement: Agreement = {
  callingAeTitle: '',
  calledAeTitle: '',
  contexts: [],
  peerPduLengthMax: 0,
};

/** Messages over the upper layer: both the requestor and the acceptor make one. */
export class MessageAssociation implements Association {
  readonly driver: UpperLayerDriver;
  readonly remoteAddress: string;
  readonly ended: Promise<AssociationEnd>;
  readonly #limits: DimseLimits;
  readonly #assembler: MessageAssembler;
  readonly #resolveEnded: (end: AssociationEnd) => void;
  #agreement = noAgreement;
  #contextById = new Map<number, PresentationContext>();
  #end: AssociationEnd | undefined;
  #exchange: OpenExchange | undefined;
  #handler: RequestHandler = (request) => this.#refuse(request.context.id, request.command);
  #cancelListener: ((cancel: CCancelRq) => void) | undefined;
  /** Where the data set now arriving goes. */
  #sink: ByteSink | undefined;
  #lastMessageId: number;
  /** Requests of the peer without a final response. */
  #owed = 0;
  readonly #clock: Clock;
  #sending: Promise<void> = Promise.resolve();

  constructor(options: {
    readonly transport: Transport;
    readonly isRequestor: boolean;
    readonly clock: Clock;
    readonly limits: DimseLimits;
    readonly random: Random;
    /** The part of the user that differs by role. */
    readonly role: Pick<UpperLayerUser, 'onAssociateRequest' | 'refusal' | 'onAssociateAnswer'>;
  }) {
    const { promise, resolve } = Promise.withResolvers<AssociationEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#lastMessageId = viewOf(options.random.bytes(2)).getUint16(0);
    this.#assembler = new MessageAssembler(options.limits);
    this.remoteAddress = options.transport.remoteAddress;
    this.driver = new UpperLayerDriver({
      ...options,
      user: {
        ...options.role,
        onFragment: (fragment) => this.#onFragment(fragment),
        onEnd: (end) => this.#onEnd(end),
        expectation: () => this.#expectation(),
      },
    });
  }

  get callingAeTitle(): string {
    return this.#agreement.callingAeTitle;
  }

  get calledAeTitle(): string {
    return this.#agreement.calledAeTitle;
  }

  get contexts(): readonly PresentationContext[] {
    return this.#agreement.contexts;
  }

  /** Set by the side that accepted or was accepted. */
  agree(agreement: Agreement): void {
    this.#agreement = agreement;
    this.#contextById = new Map(agreement.contexts.map((context) => [context.id, context]));
  }

  /** From a random one on: an instance of a C-MOVE is known by it. @standard PS3.7 §9.3.1.1 */
  nextMessageId(): number {
    this.#lastMessageId = (this.#lastMessageId % 0xffff) + 1;
    return this.#lastMessageId;
  }

  serve(handler: RequestHandler | undefined): void {
    this.#handler = handler ?? ((request) => this.#refuse(request.context.id, request.command));
  }

  onCancel(listener: ((cancel: CCancelRq) => void) | undefined): void {
    this.#cancelListener = listener;
  }

  async request(exchange: Exchange): Promise<IncomingResponse> {
    assert(this.#exchange === undefined, 'one outstanding request per association');
    exchange.signal?.throwIfAborted();
    if (this.#end !== undefined) throw endError(this.#end);
    const cancelling = this.#cancelOn(exchange);
    try {
      const incoming = await this.#start(exchange);
      exchange.signal?.throwIfAborted();
      return incoming;
    } finally {
      cancelling.stop();
    }
  }

  #start(exchange: Exchange): Promise<IncomingResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingResponse>();
    this.#exchange = { ...exchange, settle: resolve, fail: reject };
    this.send(exchange.contextId, exchange.command, exchange.dataSet).catch((error: unknown) => {
      // Half a message is on the wire: nothing but an abort can follow.
      this.abort(error);
    });
    return promise;
  }

  /** Listen to the signal of an exchange. */
  #cancelOn({ command, contextId, signal }: Exchange): { stop(): void } {
    let timer: Timer | undefined;
    const onAbort = (): void => {
      const kind = 'C-CANCEL-RQ';
      if (command.kind === 'C-ECHO-RQ' || command.kind === 'C-STORE-RQ') {
        return this.abort(signal?.reason);
      }
      const messageIdBeingRespondedTo = command.messageId;
      this.send(contextId, { kind, messageIdBeingRespondedTo, hasDataSet: false }).catch(() => {});
      timer = this.#clock.schedule(this.#limits.cancelMs, () => this.abort(signal?.reason));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    return {
      stop() {
        timer?.cancel();
        signal?.removeEventListener('abort', onAbort);
      },
    };
  }

  send(
    contextId: number,
    command: Exclude<Command, UnknownCommand>,
    dataSet?: OutgoingDataSet,
  ): Promise<void> {
    const sent = this.#sendAfter(this.#sending, { contextId, command, dataSet });
    this.#sending = sent.catch(() => {});
    return sent;
  }

  async release(): Promise<void> {
    this.driver.release();
    await this.ended;
  }

  abort(reason: unknown): void {
    this.driver.abort(reason);
  }

  async #sendAfter(previous: Promise<void>, message: Message): Promise<void> {
    await previous;
    await this.#sendNow(message);
    // Answered only when the network took the response: who never reads gets no further.
    if (isFinalResponse(message.command)) this.#owed -= 1;
  }

  async #sendNow({ contextId, command, dataSet }: Message): Promise<void> {
    assert(command.hasDataSet === (dataSet !== undefined), 'the command says if data follow');
    const { pduLengthMax } = this.#limits;
    const sizeMax = fragmentSizeMax(this.#agreement.peerPduLengthMax, pduLengthMax);
    const fragmenter = new Fragmenter({ contextId, sizeMax });
    const head = fragmenter.command(command);
    if (dataSet === undefined) return this.#write(head);
    if (dataSet instanceof Uint8Array)
      return this.#write([...head, ...fragmenter.dataSet(dataSet)]);
    let first: Gather = head;
    for await (const chunk of dataSet) {
      await this.#write([...first, ...fragmenter.chunk(chunk)]);
      first = [];
    }
    await this.#write([...first, ...fragmenter.end()]);
  }

  async #write(gather: Gather): Promise<void> {
    if (this.#end !== undefined) throw endError(this.#end);
    assert(this.driver.canSendData(), 'data are sent on an established association');
    if (gather.length === 0) return;
    const taken = this.driver.write(gather);
    if (taken !== undefined) await Promise.race([taken, this.ended]);
    // Written by now, or lost: the end is final and changes under `await`.
    const end = this.#end as AssociationEnd | undefined;
    if (end !== undefined) throw endError(end);
  }

  #onFragment(fragment: FragmentFrame): void | Promise<void> {
    try {
      const part = this.#assembler.push(fragment);
      if (part === undefined) return;
      return part.kind === 'data' ? this.#onDataSet(part) : this.#onCommand(part);
    } catch (error) {
      this.#fail(error);
    }
  }

  #onCommand(part: Extract<MessagePart, { kind: 'command' }>): void | Promise<void> {
    const { command, presentationContextId } = part;
    const context = this.#contextById.get(presentationContextId);
    if (context === undefined) throw unexpected('presentation context not accepted');
    switch (command.kind) {
      case 'C-CANCEL-RQ':
        this.#cancelListener?.(command);
        return;
      case 'C-ECHO-RQ':
      case 'C-STORE-RQ':
      case 'C-FIND-RQ':
      case 'C-GET-RQ':
      case 'C-MOVE-RQ': {
        this.#owed += 1;
        if (this.#owed > this.#limits.requestsOwedMax)
          throw unexpected('too many requests at once');
        const sink = this.#handler({ context, command });
        this.#sink = command.hasDataSet ? sink : undefined;
        return;
      }
      case 'unknown':
        throw unexpected('command not supported');
      default:
        return this.#onResponse(presentationContextId, command);
    }
  }

  #onResponse(contextId: number, response: ResponseCommand): void | Promise<void> {
    const exchange = this.#exchange;
    const asked = exchange?.command;
    if (
      exchange?.contextId !== contextId ||
      asked?.messageId !== response.messageIdBeingRespondedTo ||
      response.kind !== asked.kind.replace('-RQ', '-RSP')
    ) {
      throw unexpected('response without a request');
    }
    if (!response.hasDataSet) return this.#deliver(exchange, { response, identifier: undefined });
    this.#sink = gatheringSink(this.#limits.identifierLengthMax, (identifier) =>
      this.#deliver(exchange, { response, identifier }),
    );
  }

  #deliver(exchange: OpenExchange, incoming: IncomingResponse): void | Promise<void> {
    if (statusCategory(incoming.response.status) === 'pending') {
      return this.#guarded(exchange.onPending?.(incoming));
    }
    this.#exchange = undefined;
    exchange.settle(incoming);
  }

  #onDataSet(part: Extract<MessagePart, { kind: 'data' }>): void | Promise<void> {
    const sink = this.#sink;
    if (sink === undefined) return;
    const written = part.bytes.length > 0 ? sink.write(part.bytes) : undefined;
    if (!part.isLast) return written === undefined ? undefined : this.#guarded(written);
    this.#sink = undefined;
    const end = (): Promise<void> => sink.end();
    return this.#guarded(written === undefined ? end() : written.then(end));
  }

  /** A promise that stops reading; if it rejects, the association cannot go on. */
  #guarded(wait: void | Promise<void>): void | Promise<void> {
    return wait?.catch((error: unknown) => this.#fail(error));
  }

  #expectation(): 'message' | 'nothing' | 'any request' {
    if (this.#exchange !== undefined || this.#assembler.isInsideMessage) return 'message';
    return this.#owed > 0 ? 'nothing' : 'any request';
  }

  #refuse(contextId: number, command: RequestCommand): undefined {
    const kind = command.kind.replace('-RQ', '-RSP') as ResponseCommand['kind'];
    const status =
      kind === 'C-STORE-RSP' ? dimseStatus.notAuthorized : dimseStatus.unrecognizedOperation;
    const messageIdBeingRespondedTo = command.messageId;
    const { affectedSopClassUid } = command;
    this.send(contextId, {
      kind,
      messageIdBeingRespondedTo,
      affectedSopClassUid,
      status,
      hasDataSet: false,
    }).catch(() => {}); // told by `ended`
  }

  #fail(error: unknown): void {
    if (dimseErrors.has(error)) this.driver.fail(error);
    else this.driver.abort(error);
  }

  #onEnd(end: AssociationEnd): void {
    this.#end = end;
    const error = endError(end);
    this.#sink?.abort(error);
    this.#sink = undefined;
    this.#exchange?.fail(error);
    this.#exchange = undefined;
    this.#resolveEnded(end);
  }
}

function isFinalResponse(command: Command): boolean {
  return 'status' in command && statusCategory(command.status) !== 'pending';
}

function unexpected(message: string): MdmError<DimseErrorCode> {
  return dimseErrors.create('DIMSE_MESSAGE_UNEXPECTED', { message });
}
