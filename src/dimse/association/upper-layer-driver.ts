import { assert, unreachable } from '../../lib/assert.ts';
import type { Clock, Timer } from '../../lib/clock.ts';
import type { MdmError } from '../../lib/errors/mdm-error.ts';
import { type DimseErrorCode, dimseErrors } from '../errors.ts';
import type { DimseLimits } from '../limits.ts';
import type { ProviderAbortReason } from '../pdu/abort.ts';
import type { AssociateAc } from '../pdu/associate-ac.ts';
import type { AssociateRj } from '../pdu/associate-rj.ts';
import type { AssociateRq } from '../pdu/associate-rq.ts';
import { type FragmentFrame, type Frame, Framer } from '../pdu/framer.ts';
import { encodePdu, type Pdu } from '../pdu/pdu.ts';
import type { Transport, TransportReceiver } from '../transport/transport.ts';
import type { Effect, Primitive } from '../upper-layer/action.ts';
import type { Event } from '../upper-layer/event.ts';
import type { State } from '../upper-layer/state.ts';
import { step } from '../upper-layer/table.ts';
import type { AssociationEnd, Awaited } from './association-end.ts';
import { Watchdog } from './watchdog.ts';

/** The local user of the upper layer. */
export interface UpperLayerUser {
  /** Acceptor: the peer asks; answer with `accept` or `reject`. */
  onAssociateRequest?(rq: AssociateRq): void;
  /** Acceptor: a rejection that the upper layer itself must give, if any. */
  refusal?(rq: AssociateRq): AssociateRj | undefined;
  /** Requestor: the peer answered. */
  onAssociateAnswer?(answer: AssociateAc | AssociateRj): void;
  /** A piece of a message. A promise stops reading until it settles; it must not reject. */
  onFragment(fragment: FragmentFrame): void | Promise<void>;
  /** Called once, last. */
  onEnd(end: AssociationEnd): void;
  /** What the peer owes now: decides how long it may be silent. */
  expectation(): 'message' | 'nothing' | 'any request';
}

/** What a driver is made of. */
export interface UpperLayerDriverOptions {
  readonly transport: Transport;
  readonly isRequestor: boolean;
  readonly user: UpperLayerUser;
  readonly clock: Clock;
  readonly limits: DimseLimits;
}

/** Runs the state table over a transport: feeds it events, runs the effects it answers with. */
export class UpperLayerDriver implements TransportReceiver {
  readonly #transport: Transport;
  readonly #user: UpperLayerUser;
  readonly #clock: Clock;
  readonly #limits: DimseLimits;
  readonly #isRequestor: boolean;
  readonly #framer: Framer;
  #state: State = 'Sta1';
  #artim: Timer | undefined;
  #answerTimer: Timer | undefined;
  #watchdog: Watchdog | undefined;
  #isPaused = false;
  #isDeaf = false;
  #blockedWrites = 0;
  #end: AssociationEnd | undefined;
  /** The end to report if the next event leads to one. */
  #cause: AssociationEnd | undefined;

  constructor(options: UpperLayerDriverOptions) {
    this.#transport = options.transport;
    this.#user = options.user;
    this.#clock = options.clock;
    this.#limits = options.limits;
    this.#isRequestor = options.isRequestor;
    this.#framer = new Framer(options.limits);
  }

  get state(): State {
    return this.#state;
  }

  /** Acceptor: the transport connection is there; await A-ASSOCIATE-RQ. */
  awaitRequest(): void {
    this.#raise('Evt5');
    this.#transport.start(this);
  }

  /** Requestor: the transport connection is there; ask for the association. */
  request(rq: AssociateRq): void {
    this.#raise('Evt1');
    this.#raise('Evt2', rq);
    this.#awaitAnswer('association');
    this.#transport.start(this);
  }

  accept(ac: AssociateAc): void {
    this.#raise('Evt7', ac);
  }

  /** Whether P-DATA may be sent in this state; the bytes then go to `write`. */
  canSendData(): boolean {
    return this.#end === undefined && step(this.#state, 'Evt9', this.#facts()).kind === 'step';
  }

  /** Write P-DATA-TF bytes. Resolves when the network took them. */
  write(chunks: readonly Uint8Array[]): void | Promise<void> {
    const wait = this.#transport.write(chunks);
    this.#watchdog?.active();
    return wait === undefined ? undefined : this.#writeBlocked(wait);
  }

  async #writeBlocked(wait: Promise<void>): Promise<void> {
    this.#blockedWrites += 1;
    await wait;
    this.#blockedWrites -= 1;
    this.#watchdog?.active();
  }

  release(): void {
    if (this.#state !== 'Sta6') return;
    this.#raise('Evt11');
    this.#awaitAnswer('release');
  }

  /** Send A-ABORT if the peer can still be told, and destroy the connection without waiting. */
  abort(reason: unknown): void {
    this.#abort({ kind: 'aborted-by-us', reason });
  }

  /** Abort because the peer broke the protocol above the PDUs. */
  fail(error: MdmError<DimseErrorCode>): void {
    this.#abort({ kind: 'failed', error });
  }

  onData(chunk: Uint8Array): void | Promise<void> {
    if (this.#isDeaf) return;
    this.#framer.push(chunk);
    const wasInside = this.#framer.isInsidePdu;
    const seen = this.#framer.pduCount;
    const wait = this.#drain();
    if (wait === undefined) return this.#chunkDone(!wasInside || seen !== this.#framer.pduCount);
    return this.#drainLater(wait);
  }

  onClose(cause: Error | undefined): void {
    this.#cause ??= { kind: 'closed', cause };
    this.#raise('Evt17');
    this.#artim?.cancel();
  }

  /** Frames until the chunk is used up, or a promise from the user for the last one. */
  #drain(): void | Promise<void> {
    try {
      while (!this.#isDeaf) {
        const frame = this.#framer.next();
        if (frame === undefined) return;
        const wait = this.#onFrame(frame);
        if (wait !== undefined) return wait;
      }
    } catch (reason) {
      this.abort(reason); // a bug of ours kills this association, nothing else
    }
  }

  async #drainLater(first: Promise<void>): Promise<void> {
    this.#isPaused = true;
    let wait: void | Promise<void> = first;
    while (wait !== undefined) {
      await wait;
      wait = this.#drain();
    }
    this.#isPaused = false;
    this.#chunkDone(true);
  }

  #chunkDone(isNew: boolean): void {
    this.#watchdog?.chunkDone({ isInside: this.#framer.isInsidePdu, isNew });
  }

  #onFrame(frame: Frame): void | Promise<void> {
    switch (frame.kind) {
      case 'p-data':
        return this.#raise('Evt10');
      case 'fragment':
        return this.#state === 'Sta6' || this.#state === 'Sta7'
          ? this.#user.onFragment(frame)
          : undefined;
      case 'pdu':
        return this.#onPdu(frame.pdu);
      case 'malformed':
        this.#cause = { kind: 'failed', error: frame.error as never }; // a dimse code by construction
        this.#raise('Evt19', undefined, abortReason(frame.error.code));
        this.#isDeaf = true;
        return;
      default:
        return unreachable(frame);
    }
  }

  #onPdu(pdu: Exclude<Pdu, { kind: 'P-DATA-TF' }>): void {
    switch (pdu.kind) {
      case 'A-ASSOCIATE-AC':
        return this.#raise('Evt3', pdu);
      case 'A-ASSOCIATE-RJ':
        return this.#raise('Evt4', pdu);
      case 'A-ASSOCIATE-RQ':
        return this.#raise('Evt6', pdu);
      case 'A-RELEASE-RQ':
        this.#raise('Evt12');
        return this.#answerRelease();
      case 'A-RELEASE-RP':
        this.#cause ??= { kind: 'released' };
        this.#raise('Evt13');
        return this.#answerRelease();
      case 'A-ABORT':
        this.#cause ??= { kind: 'aborted-by-peer', source: pdu.source, reason: pdu.reason };
        return this.#raise('Evt16');
      case 'unknown':
        return this.#raise('Evt19', undefined, 'unrecognized-pdu');
      default:
        return unreachable(pdu);
    }
  }

  /** We never have anything left to send when the peer asks to release, so we agree at once. */
  #answerRelease(): void {
    if (this.#state !== 'Sta8' && this.#state !== 'Sta9' && this.#state !== 'Sta12') return;
    this.#cause ??= { kind: 'released' };
    this.#raise('Evt14');
  }

  #raise(event: Event, pdu?: Pdu, reason: ProviderAbortReason = 'unexpected-pdu'): void {
    const refusal = pdu?.kind === 'A-ASSOCIATE-RQ' ? this.#user.refusal?.(pdu) : undefined;
    const result = step(this.#state, event, {
      ...this.#facts(),
      isAcceptable: refusal === undefined,
    });
    if (result.kind === 'illegal') {
      // A peer's PDU or the network's close has a cell wherever it can happen; our own calls are ours.
      assert(event === 'Evt17' || event === 'Evt19', `${event} cannot happen in ${this.#state}`);
      return;
    }
    this.#state = result.next;
    if ((refusal ?? pdu)?.kind === 'A-ASSOCIATE-RJ') this.#cause ??= { kind: 'rejected' };
    for (const effect of result.effects) this.#run(effect, refusal ?? pdu, reason);
    this.#enterState();
  }

  #enterState(): void {
    if (this.#state === 'Sta6' && this.#watchdog === undefined) this.#startWatchdog();
    if (this.#state !== 'Sta5' && this.#state !== 'Sta7') this.#answerTimer?.cancel();
    if (this.#state === 'Sta1') this.#isDeaf = true;
    if (this.#state === 'Sta13' || this.#state === 'Sta1') this.#finish();
  }

  #run(effect: Effect, pdu: Pdu | undefined, reason: ProviderAbortReason): void {
    switch (effect.kind) {
      case 'open-transport':
        return; // the transport is opened before the driver is made
      case 'close-transport':
        return this.#transport.destroy();
      case 'send':
        return this.#send(pdu ?? ({ kind: effect.pdu } as Pdu));
      case 'send-abort':
        return this.#sendAbort(effect.source, reason);
      case 'issue':
        return this.#issue(effect.primitive, pdu);
      case 'start-artim':
        this.#artim?.cancel();
        this.#artim = this.#clock.schedule(this.#limits.artimMs, () => this.#onArtim());
        return;
      case 'stop-artim':
        this.#artim?.cancel();
        return;
      default:
        return unreachable(effect);
    }
  }

  #send(pdu: Pdu): void {
    void this.#transport.write([encodePdu(pdu)]);
  }

  /** Departs from PS3.8 §9.2 (AA-1, AA-7, AA-8): we close without waiting, as a peer that is being
   * aborted is often one that would never close. */
  #sendAbort(source: 'service-user' | 'service-provider', reason: ProviderAbortReason): void {
    const isUser = source === 'service-user';
    this.#send({ kind: 'A-ABORT', source, reason: isUser ? 'reason-not-specified' : reason });
    this.#isDeaf = true;
    this.#transport.finish();
  }

  #issue(primitive: Primitive, pdu: Pdu | undefined): void {
    switch (primitive) {
      case 'A-ASSOCIATE indication':
        if (pdu?.kind === 'A-ASSOCIATE-RQ') this.#user.onAssociateRequest?.(pdu);
        return;
      case 'A-ASSOCIATE confirmation (accept)':
      case 'A-ASSOCIATE confirmation (reject)':
        if (pdu?.kind === 'A-ASSOCIATE-AC') this.#user.onAssociateAnswer?.(pdu);
        if (pdu?.kind === 'A-ASSOCIATE-RJ') this.#user.onAssociateAnswer?.(pdu);
        return;
      case 'A-P-ABORT indication':
        this.#cause ??= {
          kind: 'failed',
          error: dimseErrors.create('DIMSE_MESSAGE_UNEXPECTED', { message: 'PDU out of order' }),
        };
        return;
      // Fragments are handed on one by one; the others are told by the end of the association.
      case 'P-DATA indication':
      case 'A-RELEASE indication':
      case 'A-RELEASE confirmation':
      case 'A-ABORT or A-P-ABORT indication':
        return;
      default:
        return unreachable(primitive);
    }
  }

  #abort(cause: AssociationEnd): void {
    if (this.#end !== undefined) return this.#transport.destroy();
    this.#cause = cause;
    if (step(this.#state, 'Evt15', this.#facts()).kind === 'step') return this.#raise('Evt15');
    this.#finish();
    this.#transport.destroy();
  }

  #onArtim(): void {
    this.#cause ??= { kind: 'timed-out', waitingFor: 'association' };
    if (this.#state === 'Sta2' || this.#state === 'Sta13') this.#raise('Evt18');
  }

  #awaitAnswer(waitingFor: Awaited): void {
    this.#answerTimer?.cancel();
    this.#answerTimer = this.#clock.schedule(this.#limits.associateMs, () =>
      this.#abort({ kind: 'timed-out', waitingFor }),
    );
  }

  #startWatchdog(): void {
    this.#watchdog = new Watchdog(this.#clock, {
      pduMs: this.#limits.pduMs,
      silenceMs: () => this.#silenceMs(),
      isPaused: () => this.#isPaused,
      onExpired: (waitingFor) => this.#abort({ kind: 'timed-out', waitingFor }),
    });
  }

  /** How long the peer may give and take nothing. */
  #silenceMs(): number {
    if (this.#blockedWrites > 0) return this.#limits.sendMs;
    const expectation = this.#user.expectation();
    if (expectation === 'nothing') return Number.POSITIVE_INFINITY;
    return expectation === 'message' ? this.#limits.responseMs : this.#limits.idleMs;
  }

  #finish(): void {
    if (this.#end !== undefined) return;
    this.#end = this.#cause ?? { kind: 'closed', cause: undefined };
    this.#watchdog?.stop();
    this.#answerTimer?.cancel();
    this.#user.onEnd(this.#end);
  }

  #facts(): { readonly isRequestor: boolean } {
    return { isRequestor: this.#isRequestor };
  }
}

function abortReason(code: string): ProviderAbortReason {
  return code === 'PDU_FIELD_INVALID'
    ? 'invalid-pdu-parameter-value'
    : 'unrecognized-pdu-parameter';
}
