import { createTokenWriter, type Tag, type Token, type Vr } from '../../dicom/index.ts';
import { ByteGatherer } from '../../lib/bytes/byte-gatherer.ts';
import { concatBytes, noBytes } from '../../lib/bytes/bytes.ts';
import type { BytesPart, InstancePart } from '../deidentifier.ts';
import { deidLimits } from '../limits.ts';
import type { FrameStart } from './frame-cleaner.ts';
import { FrameJoiner, frameTooLong } from './frame-joiner.ts';
import type { ImageShape } from './image-shape.ts';
import type { FrameJudge, FrameWish } from './judge-frame.ts';

/** How encapsulated pixel data are passed. */
export interface EncapsulatedOptions {
  readonly transferSyntaxUid: string;
  readonly shape: Pick<ImageShape, 'frames'>;
  readonly judge: FrameJudge;
  readonly startsFrame: FrameStart;
  /** Extended Offset Table of the header; empty where there is none. */
  readonly extendedOffsets: Uint8Array;
}

/**
 * Pass encapsulated pixel data frame by frame, each cleaned, as one fragment, behind an empty Basic
 * Offset Table. Where there are several frames, one begins with each fragment that begins as frames
 * of its transfer syntax do (`FrameStart`); a table of offsets that says otherwise is a second reading
 * of the same bytes, and the instance is refused.
 *
 * @param wish where no file is wanted, a frame goes on before it is judged, and nothing stands between
 * @standard PS3.5 §A.4
 */
export async function* passEncapsulatedPixels(
  batches: AsyncIterable<readonly Token[]>,
  options: EncapsulatedOptions,
  wish: FrameWish,
): AsyncGenerator<InstancePart, void, void> {
  const writer = createTokenWriter({ transferSyntaxUid: options.transferSyntaxUid });
  const part = (...tokens: readonly Token[]): BytesPart => ({
    kind: 'trailer',
    bytes: concatBytes(tokens.flatMap((token) => writer.write(token))),
  });
  const frames = new FrameJoiner(options);
  const frame = async function* (whole: Uint8Array): AsyncGenerator<InstancePart, void, void> {
    const { coded, pixels } = options.judge(whole, wish);
    const about = { kind: 'frame', codedBytes: whole.length, pixels } as const;
    if (!wish.coded) {
      yield { ...about, bytes: noBytes };
      return;
    }
    const bytes = await coded;
    const padding = new Uint8Array(bytes.length & 1);
    yield part({ kind: 'fragment-start', length: bytes.length + padding.length });
    // The writer gives a chunk as it came: of frames nothing is copied.
    for (const same of writer.write({ kind: 'value-chunk', bytes }))
      yield { ...about, bytes: same };
    const end = part({ kind: 'value-chunk', bytes: padding }, { kind: 'fragment-end' });
    if (end.bytes.length > 0) yield end;
  };
  for await (const event of fragmentsOf(batches)) {
    if (event.kind === 'start') {
      if (wish.coded) yield part(event.token, ...emptyTable);
    } else if (event.kind === 'table') frames.offsets(event.bytes);
    else {
      const whole = frames.add(event.bytes);
      if (whole !== undefined) yield* frame(whole);
    }
  }
  yield* frame(frames.end());
  if (wish.coded) yield part({ kind: 'fragments-end' });
}

const emptyTable: readonly Token[] = [
  { kind: 'fragment-start', length: 0 },
  { kind: 'fragment-end' },
];

type FragmentEvent =
  | {
      readonly kind: 'start';
      readonly token: { readonly kind: 'fragments-start'; readonly tag: Tag; readonly vr: Vr };
    }
  | { readonly kind: 'table' | 'fragment'; readonly bytes: Uint8Array };

/** The Basic Offset Table and whole fragments; what follows the pixel data is read and dropped. */
async function* fragmentsOf(
  batches: AsyncIterable<readonly Token[]>,
): AsyncGenerator<FragmentEvent, void, void> {
  let state: 'before' | 'table' | 'fragments' | 'after' = 'before';
  let gathered = new ByteGatherer();
  for await (const tokens of batches) {
    for (const token of tokens) {
      if (state === 'after') continue;
      if (token.kind === 'fragments-start') {
        state = 'table';
        // Some devices say OW; encapsulated pixel data are OB.
        yield { kind: 'start', token: { ...token, vr: 'OB' } };
      } else if (token.kind === 'value-chunk') {
        const held = gathered.length + token.bytes.length;
        if (held > deidLimits.frameMaxBytes) throw frameTooLong(held);
        gathered.push(token.bytes);
      } else if (token.kind === 'fragment-start') {
        gathered = new ByteGatherer(Math.min(token.length, deidLimits.fragmentRoomBytes));
      } else if (token.kind === 'fragment-end') {
        const kind = state === 'fragments' ? 'fragment' : 'table';
        yield { kind, bytes: gathered.take() };
        state = 'fragments';
      } else if (token.kind === 'fragments-end') state = 'after';
    }
  }
}
