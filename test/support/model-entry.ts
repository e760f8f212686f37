import { createHash } from 'node:crypto';
import type { FileStat, OpenFile } from '../../src/files/files.ts';
import { filesLimits } from '../../src/files/limits.ts';
import type { Form } from '../../src/files/path.ts';
import type { Span } from '../../src/files/range.ts';
import { etagOf } from '../../src/files/stat.ts';
import { toHex } from '../../src/lib/bytes/bytes.ts';
import type { Random } from '../../src/lib/random.ts';
import { type RecallFailure, recallErrors } from '../../src/recall/errors.ts';
import { recallFailureOf } from '../../src/recall/translate.ts';
import { newRecipientKeyPair, sealedSizeOf } from '../../src/seal/index.ts';
import { sealFile } from './seal-file.ts';

/** What is known of a file's content: nothing, what was produced once, or the bytes themselves. */
type FileState = 'cold' | 'evicted' | 'staged';

/** A file of a model's tree, at `/site/collection/patient/study/series/name`. */
export interface ModelFile {
  /** The plaintext. */
  readonly bytes: Uint8Array;
  /** Default: `staged`. */
  readonly state?: FileState;
  /** Why it can be read never: a code of a production. */
  readonly refusal?: string;
  /** How its recall ends, if not well. */
  readonly fails?: RecallFailure;
  /** How often a stage request is asked how it goes until a file that was not there is. Default: 1. */
  readonly polls?: number;
  /** The body stops after so many bytes: it fails, or waits for ever. */
  readonly breaksAt?: { readonly offset: number; readonly with: RecallFailure | 'wait' };
}

/** A recall under way whose bytes a test gives. */
export interface ModelGrowth {
  write(bytes: Uint8Array): Promise<void>;
  commit(): Promise<void>;
  fail(code: RecallFailure): Promise<void>;
}

/** Small, so that a body is many chunks; all chunks of a body are lent in one piece of memory. */
const chunkBytes = 16_384;
export const contentTypes: Readonly<Record<string, string>> = {
  dcm: 'application/dicom',
  nii: 'application/octet-stream',
  'nii.gz': 'application/gzip',
};

/** One sealed production. */
interface ModelProduction {
  readonly validator: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Bytes on their way; `turn` is replaced and resolved whenever more came or it ended. */
export interface Growing {
  readonly validator: string;
  written: number;
  ended: 'published' | RecallFailure | undefined;
  turn: PromiseWithResolvers<void>;
}

/** A file as it stands. */
export class ModelEntry {
  readonly given: ModelFile;
  state: FileState;
  validator: string;
  production: Promise<ModelProduction> | undefined;
  growing: Growing | undefined;
  readonly #random: Random;
  readonly #key: ReturnType<typeof newRecipientKeyPair>;

  constructor(given: ModelFile, random: Random) {
    this.given = given;
    this.#random = random;
    this.#key = newRecipientKeyPair(random);
    this.state = given.refusal === undefined ? (given.state ?? 'staged') : 'cold';
    this.validator = toHex(random.bytes(16));
  }

  get key(): NonNullable<OpenFile['key']> {
    const { publicKey } = this.#key;
    return { keyId: toHex(publicKey.subarray(0, 16)), recipientPublicKey: publicKey };
  }

  /** The sealed form, made once for each time that the file is staged. */
  sealed(): Promise<ModelProduction> {
    return (this.production ??= this.#seal());
  }

  /** A first production begins, of known size, whose bytes the caller gives. */
  grow(): ModelGrowth {
    const { validator } = this;
    const turn = Promise.withResolvers<void>();
    const growing: Growing = { validator, written: 0, ended: undefined, turn };
    this.growing = growing;
    return {
      write: ({ length }) => {
        growing.written += length;
        growing.turn.resolve();
        growing.turn = Promise.withResolvers();
        return Promise.resolve();
      },
      commit: () => this.#end(growing, 'published'),
      fail: (code) => this.#end(growing, code),
    };
  }

  /** What was made is there; or its validators die with it. */
  #end(growing: Growing, how: 'published' | RecallFailure): Promise<void> {
    if (how === 'published') this.state = 'staged';
    else {
      this.validator = toHex(this.#random.bytes(16));
      this.production = undefined;
    }
    this.growing = undefined;
    growing.ended = how;
    growing.turn.resolve();
    return Promise.resolve();
  }

  /** The file is there, or why it is not. */
  recall(): void {
    const { refusal, fails } = this.given;
    if (refusal !== undefined) {
      throw recallErrors.create(recallFailureOf(refusal), { context: { reason: refusal } });
    }
    if (this.state === 'staged') return;
    if (fails !== undefined) throw failureOf(fails);
    this.state = 'staged';
  }

  async #seal(): Promise<ModelProduction> {
    const validator = toHex(this.#random.bytes(16));
    const { file } = await sealFile([this.given.bytes], this.#key.publicKey);
    return { validator, bytes: file, sha256: sha256(file) };
  }
}

/** Size, validator and digest, as far as they are known. */
export async function contentOf(
  entry: ModelEntry,
  view: {
    readonly form: Form;
    readonly mayRead: boolean;
    readonly growing: Growing | undefined;
  },
): Promise<Pick<FileStat, 'size' | 'etag' | 'digests'>> {
  const { form, growing } = view;
  const { bytes } = entry.given;
  const isKnown = entry.state !== 'cold' || growing !== undefined;
  if (!isKnown) return { size: undefined, etag: undefined, digests: {} };
  const size = form === 'plain' ? bytes.length : sealedSizeOf(bytes.length);
  const isThere = entry.state === 'staged' || growing !== undefined;
  if (!view.mayRead || (form === 'sealed' && !isThere)) {
    return { size, etag: undefined, digests: {} };
  }
  const sealed = form === 'sealed' ? await entry.sealed() : undefined;
  const etag = etagOf(sealed?.validator ?? growing?.validator ?? entry.validator, form);
  const digest = sealed?.sha256 ?? sha256(bytes);
  return { size, etag, digests: growing === undefined ? { 'sha-256': digest } : {} };
}

export async function* chunksOf(
  { bytes, growing }: { readonly bytes: Uint8Array; readonly growing: Growing | undefined },
  about: {
    readonly span: Span;
    readonly entry: ModelEntry;
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<Uint8Array, void, void> {
  const { breaksAt } = about.entry.given;
  const { signal, span } = about;
  const end = span.offset + span.length;
  const lent = new Uint8Array(chunkBytes);
  for (let offset = span.offset; offset < end; ) {
    if (breaksAt !== undefined && offset >= breaksAt.offset) {
      if (breaksAt.with !== 'wait') throw failureOf(breaksAt.with);
      await aborted(signal);
    }
    const there = growing === undefined ? end : await grownBeyond(offset, growing, bytes.length);
    const part = bytes.subarray(offset, Math.min(end, there, offset + chunkBytes));
    lent.set(part);
    offset += part.length;
    yield lent.subarray(0, part.length);
  }
}

/** How many bytes are there, more than `offset`; the last of them only once the file is published. */
async function grownBeyond(offset: number, growing: Growing, size: number): Promise<number> {
  for (;;) {
    if (growing.ended === 'published') return size;
    if (growing.ended !== undefined) throw failureOf(growing.ended);
    const there = Math.min(growing.written, size - 1);
    if (there > offset) return there;
    await growing.turn.promise;
  }
}

export function failureOf(code: RecallFailure): Error {
  if (code !== 'RECALL_IN_PROGRESS') return recallErrors.create(code);
  const { retryAfterSeconds } = filesLimits;
  return recallErrors.create(code, { context: { retryAfterSeconds } });
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function formatOf(name: string): string {
  return name.slice(name.indexOf('.') + 1).replace(/\.c4gh$/, '');
}
