import { constants, inflateRawSync } from 'node:zlib';
import {
  createTokenReader,
  encodingOf,
  type Tag,
  type Token,
  type TokenReader,
  tag,
  transferSyntax,
} from '../../../dicom/index.ts';
import { concatBytes } from '../../../lib/bytes/bytes.ts';
import { pacsLimits } from '../../limits.ts';

/** What an instance says of itself; undefined where it says nothing. */
export interface InstanceIdentity {
  readonly sopClassUid: string | undefined;
  readonly sopInstanceUid: string | undefined;
  readonly studyInstanceUid: string | undefined;
  readonly seriesInstanceUid: string | undefined;
}

/** Reads who an instance is from the beginning of its data set, as it comes. */
export interface IdentityReader {
  /**
   * @returns the identity once all of it was read
   * @throws MdmError of `dicomErrors`
   */
  push(chunk: Uint8Array): InstanceIdentity | undefined;
  /** The data set is over. @throws MdmError of `dicomErrors` */
  end(): InstanceIdentity;
}

/** Make a reader of one data set. */
export function createIdentityReader(transferSyntaxUid: string): IdentityReader {
  return encodingOf(transferSyntaxUid).deflated
    ? new DeflatedReader()
    : new PlainReader(transferSyntaxUid);
}

const uidTags: ReadonlySet<Tag> = new Set([
  tag.SOPClassUID,
  tag.SOPInstanceUID,
  tag.StudyInstanceUID,
  tag.SeriesInstanceUID,
]);

class PlainReader implements IdentityReader {
  readonly #reader: TokenReader;
  readonly #uids = new Map<Tag, string>();
  #depth = 0;

  constructor(transferSyntaxUid: string) {
    this.#reader = createTokenReader({ transferSyntaxUid });
  }

  push(chunk: Uint8Array): InstanceIdentity | undefined {
    for (const token of this.#reader.push(chunk)) {
      if (this.#take(token)) return this.#identity();
    }
    return undefined;
  }

  end(): InstanceIdentity {
    this.#reader.end();
    return this.#identity();
  }

  /** Whether the token comes after all that is looked for: tags ascend. */
  #take(token: Token): boolean {
    if (token.kind === 'sequence-end') this.#depth -= 1;
    if (this.#depth === 0 && 'tag' in token) {
      if (token.kind === 'element' && uidTags.has(token.tag)) {
        this.#uids.set(token.tag, uidOf(token.value));
      }
      if (token.tag >= tag.SeriesInstanceUID) return true;
    }
    if (token.kind === 'sequence-start') this.#depth += 1;
    return false;
  }

  #identity(): InstanceIdentity {
    return {
      sopClassUid: this.#uids.get(tag.SOPClassUID),
      sopInstanceUid: this.#uids.get(tag.SOPInstanceUID),
      studyInstanceUid: this.#uids.get(tag.StudyInstanceUID),
      seriesInstanceUid: this.#uids.get(tag.SeriesInstanceUID),
    };
  }
}

/** A value of UI without its padding; some pad with spaces. @standard PS3.5 §6.2, Table 6.2-1 (UI) */
function uidOf(value: Uint8Array): string {
  return Buffer.from(value)
    .toString('latin1')
    .replace(/[\0 ]+$/, '');
}

const firstAttemptBytes = 4096;

/**
 * Inflates what has come each time it has doubled: its beginning is small, and the reader of the
 * instance inflates it again in any case. @standard PS3.5 §A.5
 */
class DeflatedReader implements IdentityReader {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;
  #attemptAt = firstAttemptBytes;

  push(chunk: Uint8Array): InstanceIdentity | undefined {
    this.#chunks.push(new Uint8Array(chunk)); // a copy: its memory is used again
    this.#length += chunk.length;
    if (this.#length < this.#attemptAt) return undefined;
    this.#attemptAt = this.#length * 2;
    return this.#reader().push(this.#inflated());
  }

  end(): InstanceIdentity {
    const reader = this.#reader();
    return reader.push(this.#inflated()) ?? reader.end();
  }

  #reader(): PlainReader {
    return new PlainReader(transferSyntax.ExplicitVRLittleEndian);
  }

  #inflated(): Uint8Array {
    return inflateRawSync(concatBytes(this.#chunks), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: pacsLimits.identityHeadMaxBytes,
    });
  }
}
