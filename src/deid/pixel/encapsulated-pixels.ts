import { createTokenWriter, type Tag, type Token, type Vr } from '../../dicom/index.ts';
import { concatBytes, noBytes } from '../../lib/bytes/bytes.ts';
import type { InstancePart } from '../deidentifier.ts';
import { deidErrors } from '../errors.ts';
import { deidLimits } from '../limits.ts';
import type { FrameCleaner } from './frame-cleaner.ts';
import type { ImageShape } from './image-shape.ts';

/** How encapsulated pixel data are passed. */
export interface EncapsulatedOptions {
  readonly transferSyntaxUid: string;
  readonly shape: ImageShape;
  readonly clean: FrameCleaner;
}

/**
 * Pass encapsulated pixel data frame by frame, each cleaned, as one fragment, behind an empty Basic
 * Offset Table. One fragment per frame, or one frame of several fragments, are understood; where
 * fragments cannot be told to frames the instance is refused.
 *
 * @standard PS3.5 §A.4
 */
export async function* passEncapsulatedPixels(
  batches: AsyncIterable<readonly Token[]>,
  options: EncapsulatedOptions,
): AsyncGenerator<InstancePart, void, void> {
  const { frames } = options.shape;
  const writer = createTokenWriter({ transferSyntaxUid: options.transferSyntaxUid });
  const bytesOf = (tokens: readonly Token[]): Uint8Array =>
    concatBytes(tokens.flatMap((token) => writer.write(token)));
  const part = (...tokens: readonly Token[]): InstancePart => ({
    kind: 'trailer',
    bytes: bytesOf(tokens),
  });
  const frame = async (fragment: Uint8Array): Promise<InstancePart> => {
    const coded = await options.clean(fragment, options.shape);
    return { kind: 'frame', bytes: bytesOf(fragmentTokens(coded)), coded };
  };
  let count = 0;
  const pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const event of fragmentsOf(batches)) {
    if (event.kind === 'start') yield part(event.token, ...fragmentTokens(noBytes));
    else if (frames === 1) {
      pendingBytes += event.bytes.length;
      if (pendingBytes > deidLimits.frameMaxBytes) throw tooLong(pendingBytes);
      pending.push(event.bytes);
    } else {
      count += 1;
      if (count > frames) break;
      yield await frame(event.bytes);
    }
  }
  if (frames === 1 && pending.length > 0) {
    count = 1;
    yield await frame(concatBytes(pending));
  }
  if (count !== frames) {
    throw deidErrors.create('DEID_COMPRESSED_UNCHECKED', {
      message: 'fragments do not match frames',
      context: { frames },
    });
  }
  yield part({ kind: 'fragments-end' });
}

function fragmentTokens(fragment: Uint8Array): readonly Token[] {
  const even = new Uint8Array(fragment.length + (fragment.length & 1));
  even.set(fragment);
  return [
    { kind: 'fragment-start', length: even.length },
    { kind: 'value-chunk', bytes: even },
    { kind: 'fragment-end' },
  ];
}

type FragmentEvent =
  | {
      readonly kind: 'start';
      readonly token: { readonly kind: 'fragments-start'; readonly tag: Tag; readonly vr: Vr };
    }
  | { readonly kind: 'fragment'; readonly bytes: Uint8Array };

/** Whole fragments, without the Basic Offset Table; what follows the pixel data is read and dropped. */
async function* fragmentsOf(
  batches: AsyncIterable<readonly Token[]>,
): AsyncGenerator<FragmentEvent, void, void> {
  let state: 'before' | 'table' | 'fragments' | 'after' = 'before';
  let chunks: Uint8Array[] = [];
  let held = 0;
  for await (const tokens of batches) {
    for (const token of tokens) {
      if (state === 'after') continue;
      if (token.kind === 'fragments-start') {
        state = 'table';
        // Some devices say OW; encapsulated pixel data are OB.
        yield { kind: 'start', token: { ...token, vr: 'OB' } };
      } else if (token.kind === 'value-chunk') {
        held += token.bytes.length;
        if (held > deidLimits.frameMaxBytes) throw tooLong(held);
        chunks.push(token.bytes.slice());
      } else if (token.kind === 'fragment-end') {
        if (state === 'fragments') yield { kind: 'fragment', bytes: concatBytes(chunks) };
        state = 'fragments';
        chunks = [];
        held = 0;
      } else if (token.kind === 'fragments-end') state = 'after';
    }
  }
}

function tooLong(heldBytes: number): Error {
  return deidErrors.create('DEID_LIMIT_EXCEEDED', {
    message: 'compressed frame',
    context: { heldBytes },
  });
}
