import { noBytes } from '../../lib/bytes/bytes.ts';
import { encodePDataHeader } from '../pdu/p-data-tf.ts';
import { type Command, type UnknownCommand } from './command.ts';
import { encodeCommand } from './command-codec.ts';

/** Bytes to write in order, as one gathering write where the transport can. */
export type Gather = Uint8Array[];

/** PDV length, context id and control header count towards the peer's maximum length. */
const pdvOverhead = 6;

/**
 * Longest fragment for a peer's announced maximum length: even, as the standard wants, and never
 * longer than what we announce ourselves, also where the peer sets no limit.
 *
 * @param peerPduLengthMax 0 is no limit
 */
export function fragmentSizeMax(peerPduLengthMax: number, ownPduLengthMax: number): number {
  const max =
    peerPduLengthMax === 0 ? ownPduLengthMax : Math.min(peerPduLengthMax, ownPduLengthMax);
  return (max - pdvOverhead) & ~1;
}

/** Cuts messages into P-DATA-TF PDUs of one PDV each, without copying a data set. @standard PS3.8 §E */
export class Fragmenter {
  readonly #contextId: number;
  readonly #sizeMax: number;
  /** The last bytes of the stream so far: only the end of the stream tells that they are last. */
  #held: Uint8Array = noBytes;

  constructor(options: { readonly contextId: number; readonly sizeMax: number }) {
    this.#contextId = options.contextId;
    this.#sizeMax = options.sizeMax;
  }

  /** A whole command set. */
  command(command: Exclude<Command, UnknownCommand>): Gather {
    return this.#cut([encodeCommand(command)], { isCommand: true, isLast: true });
  }

  /** A whole data set in one piece. */
  dataSet(bytes: Uint8Array): Gather {
    return this.#cut([bytes], { isCommand: false, isLast: true });
  }

  /** The next chunk of a data set; its last one or two bytes are copied and held back. */
  chunk(bytes: Uint8Array): Gather {
    const pieces = [this.#held, bytes];
    const total = this.#held.length + bytes.length;
    const head = take(pieces, Math.max(0, total - (total % 2 === 0 ? 2 : 1)));
    this.#held = Buffer.concat(pieces);
    return head.length === 0 ? [] : this.#cut(head, { isCommand: false, isLast: false });
  }

  /** The end of a data set that came in chunks. */
  end(): Gather {
    const held = this.#held;
    this.#held = noBytes;
    return this.#cut([held], { isCommand: false, isLast: true });
  }

  #cut(
    pieces: readonly Uint8Array[],
    flags: { readonly isCommand: boolean; readonly isLast: boolean },
  ): Gather {
    const out: Gather = [];
    let left = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const source = [...pieces];
    do {
      const size = Math.min(left, this.#sizeMax);
      left -= size;
      const isLast = flags.isLast && left === 0;
      const pdv = { presentationContextId: this.#contextId, isCommand: flags.isCommand, isLast };
      out.push(encodePDataHeader(pdv, size), ...take(source, size));
    } while (left > 0);
    return out;
  }
}

/** Views of the first `size` bytes of `pieces`, which are removed from it. */
function take(pieces: Uint8Array[], size: number): Gather {
  const out: Gather = [];
  let left = size;
  while (left > 0) {
    const piece = pieces[0] ?? noBytes;
    if (piece.length <= left) {
      pieces.shift();
      if (piece.length > 0) out.push(piece);
      left -= piece.length;
    } else {
      out.push(piece.subarray(0, left));
      pieces[0] = piece.subarray(left);
      left = 0;
    }
  }
  return out;
}
