import { ByteGatherer } from '../../lib/bytes/byte-gatherer.ts';
import { dimseErrors } from '../errors.ts';
import type { FragmentFrame } from '../pdu/framer.ts';
import type { Command } from './command.ts';
import { decodeCommand } from './command-codec.ts';

/** A piece of a message as it arrives. */
export type MessagePart =
  | {
      readonly kind: 'command';
      readonly presentationContextId: number;
      readonly command: Command;
    }
  /** Bytes of the data set of the last command: a view, valid until the next chunk. */
  | { readonly kind: 'data'; readonly bytes: Uint8Array; readonly isLast: boolean };

/**
 * Puts fragments together to messages: gathers the command set, passes the data set on.
 *
 * One message at a time: a fragment of another context or kind inside a message is an error.
 *
 * @standard PS3.7 §6.3.1; PS3.8 §E
 */
export class MessageAssembler {
  readonly #commandLengthMax: number;
  readonly #command = new ByteGatherer();
  #contextId: number | undefined;
  #awaitsDataSet = false;

  constructor(limits: { readonly commandLengthMax: number }) {
    this.#commandLengthMax = limits.commandLengthMax;
  }

  /** Whether a message has begun and not ended. */
  get isInsideMessage(): boolean {
    return this.#contextId !== undefined;
  }

  /**
   * @returns the part that this fragment completes or carries, if any
   * @throws MdmError `DIMSE_MESSAGE_UNEXPECTED`, `DIMSE_COMMAND_TOO_LONG`, `DIMSE_COMMAND_INVALID`
   */
  push(fragment: FragmentFrame): MessagePart | undefined {
    this.#contextId ??= fragment.presentationContextId;
    if (
      fragment.presentationContextId !== this.#contextId ||
      fragment.isCommand === this.#awaitsDataSet
    ) {
      throw dimseErrors.create('DIMSE_MESSAGE_UNEXPECTED', { message: 'fragment out of order' });
    }
    return fragment.isCommand ? this.#pushCommand(fragment) : this.#pushData(fragment);
  }

  #pushCommand(fragment: FragmentFrame): MessagePart | undefined {
    const length = this.#command.length + fragment.bytes.length;
    if (length > this.#commandLengthMax) {
      throw dimseErrors.create('DIMSE_COMMAND_TOO_LONG', { context: { length } });
    }
    this.#command.push(fragment.bytes);
    if (!fragment.isLast) return undefined;
    const command = decodeCommand(this.#command.take());
    this.#awaitsDataSet = command.hasDataSet;
    if (!command.hasDataSet) this.#contextId = undefined;
    return { kind: 'command', presentationContextId: fragment.presentationContextId, command };
  }

  #pushData(fragment: FragmentFrame): MessagePart {
    if (fragment.isLast) {
      this.#awaitsDataSet = false;
      this.#contextId = undefined;
    }
    return { kind: 'data', bytes: fragment.bytes, isLast: fragment.isLast };
  }
}
