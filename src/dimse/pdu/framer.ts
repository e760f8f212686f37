import { ByteGatherer } from '../../lib/bytes/byte-gatherer.ts';
import type { MdmError } from '../../lib/errors/mdm-error.ts';
import { dimseErrors } from '../errors.ts';
import { decodePdu, type Pdu, pduType } from './pdu.ts';
import { fieldInvalid, lengthInvalid } from './pdu-reader.ts';

/** What the framer found. After `malformed` it must not be used again. */
export type Frame =
  | { readonly kind: 'pdu'; readonly pdu: Exclude<Pdu, { kind: 'P-DATA-TF' }> }
  /** A P-DATA-TF has begun; its fragments follow. */
  | { readonly kind: 'p-data' }
  | FragmentFrame
  | { readonly kind: 'malformed'; readonly error: MdmError };

/** A part of a PDV: a view into the chunk pushed, valid until the next push. May be empty. */
export interface FragmentFrame {
  readonly kind: 'fragment';
  readonly presentationContextId: number;
  readonly isCommand: boolean;
  /** These bytes end the last fragment of the command set or data set. */
  readonly isLast: boolean;
  readonly bytes: Uint8Array;
}

/** Longest PDU accepted by kind, bytes after the 6-byte header. */
export interface FramerLimits {
  readonly pduLengthMax: number;
  readonly associateLengthMax: number;
  readonly unknownPduLengthMax: number;
}

const pduHeaderSize = 6;
const pdvHeaderSize = 6;

type Stage = 'pdu-header' | 'body' | 'pdv-header' | 'fragment';

/**
 * Cuts the bytes of a transport connection into PDUs.
 *
 * A P-DATA-TF is passed on as fragments that are views into the chunk; only the other PDUs, which
 * are small, are gathered. A length beyond its limit is refused when the header is read, before
 * anything is buffered.
 *
 * @standard PS3.8 §9.3
 */
export class Framer {
  readonly #limits: FramerLimits;
  readonly #header = Buffer.alloc(pduHeaderSize);
  #headerLength = 0;
  #pduCount = 0;
  #stage: Stage = 'pdu-header';
  #type = 0;
  /** Bytes of the PDU not yet seen. */
  #pduLeft = 0;
  /** Bytes of the PDV's fragment not yet seen. */
  #pdvLeft = 0;
  #pdv = { presentationContextId: 0, isCommand: false, isLast: false };
  readonly #body = new ByteGatherer();
  #chunk: Uint8Array = this.#header.subarray(0, 0);
  #at = 0;

  constructor(limits: FramerLimits) {
    this.#limits = limits;
  }

  /** PDUs begun so far. */
  get pduCount(): number {
    return this.#pduCount;
  }

  /** Whether a PDU has begun and not ended: the peer owes its rest. */
  get isInsidePdu(): boolean {
    return this.#stage !== 'pdu-header' || this.#headerLength > 0;
  }

  /**
   * Give the next chunk; then call `next` until it returns undefined. The chunk must stay
   * unchanged until then.
   */
  push(chunk: Uint8Array): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** The next frame of the chunk, or undefined when it is used up. */
  next(): Frame | undefined {
    try {
      for (;;) {
        const frame = this.#advance();
        if (frame !== 'again') return frame;
      }
    } catch (error) {
      if (!dimseErrors.has(error)) throw error;
      return { kind: 'malformed', error };
    }
  }

  #advance(): Frame | undefined | 'again' {
    switch (this.#stage) {
      case 'pdu-header':
        return this.#fillHeader(pduHeaderSize) ? this.#readPduHeader() : undefined;
      case 'body':
        return this.#gatherBody();
      case 'pdv-header':
        return this.#fillHeader(pdvHeaderSize) ? this.#readPdvHeader() : undefined;
      case 'fragment':
        return this.#passFragment();
    }
  }

  #fillHeader(size: number): boolean {
    const take = Math.min(size - this.#headerLength, this.#chunk.length - this.#at);
    this.#header.set(this.#chunk.subarray(this.#at, this.#at + take), this.#headerLength);
    this.#headerLength += take;
    this.#at += take;
    return this.#headerLength === size;
  }

  #readPduHeader(): Frame | 'again' {
    this.#headerLength = 0;
    this.#pduCount += 1;
    this.#type = this.#header[0] ?? 0;
    this.#pduLeft = this.#header.readUInt32BE(2);
    this.#checkLength();
    if (this.#type === pduType.pDataTf) {
      this.#stage = 'pdv-header';
      return { kind: 'p-data' };
    }
    this.#stage = 'body';
    return 'again';
  }

  #checkLength(): void {
    const length = this.#pduLeft;
    const type = this.#type;
    const max = lengthMax(type, this.#limits);
    if (length > max) {
      throw dimseErrors.create('PDU_TOO_LONG', { context: { type, length, max } });
    }
    if (type === pduType.pDataTf && length < pdvHeaderSize) throw lengthInvalid(2);
  }

  #gatherBody(): Frame | undefined {
    const take = Math.min(this.#pduLeft, this.#chunk.length - this.#at);
    this.#body.push(this.#chunk.subarray(this.#at, this.#at + take));
    this.#at += take;
    this.#pduLeft -= take;
    if (this.#pduLeft > 0) return undefined;
    this.#stage = 'pdu-header';
    const pdu = decodePdu(this.#type, this.#body.take());
    return { kind: 'pdu', pdu: pdu as Exclude<Pdu, { kind: 'P-DATA-TF' }> };
  }

  #readPdvHeader(): 'again' {
    this.#headerLength = 0;
    const length = this.#header.readUInt32BE(0);
    if (length < 2 || length + 4 > this.#pduLeft) throw lengthInvalid(0);
    const presentationContextId = this.#header[4] ?? 0;
    if (presentationContextId % 2 === 0) throw fieldInvalid('presentation context id', 4);
    const control = this.#header[5] ?? 0;
    this.#pdv = {
      presentationContextId,
      isCommand: (control & 1) !== 0,
      isLast: (control & 2) !== 0,
    };
    this.#pduLeft -= length + 4;
    this.#pdvLeft = length - 2;
    // The rest of the PDU must be able to hold a further PDV, or be nothing.
    if (this.#pduLeft > 0 && this.#pduLeft < pdvHeaderSize) throw lengthInvalid(0);
    this.#stage = 'fragment';
    return 'again';
  }

  #passFragment(): Frame | undefined {
    const take = Math.min(this.#pdvLeft, this.#chunk.length - this.#at);
    if (take === 0 && this.#pdvLeft > 0) return undefined;
    const bytes = this.#chunk.subarray(this.#at, this.#at + take);
    this.#at += take;
    this.#pdvLeft -= take;
    const { presentationContextId, isCommand, isLast } = this.#pdv;
    const ends = this.#pdvLeft === 0;
    if (ends) this.#stage = this.#pduLeft > 0 ? 'pdv-header' : 'pdu-header';
    return {
      kind: 'fragment',
      presentationContextId,
      isCommand,
      isLast: isLast && ends,
      bytes,
    };
  }
}

function lengthMax(type: number, limits: FramerLimits): number {
  switch (type) {
    case pduType.associateRq:
    case pduType.associateAc:
      return limits.associateLengthMax;
    case pduType.pDataTf:
      return limits.pduLengthMax;
    case pduType.associateRj:
    case pduType.releaseRq:
    case pduType.releaseRp:
    case pduType.abort:
      return 4;
    default:
      return limits.unknownPduLengthMax;
  }
}
