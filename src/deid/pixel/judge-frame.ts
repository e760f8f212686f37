import type { FrameDecoder, FrameShape } from '../../pixel/index.ts';
import { frameCleanerOf, hasScans } from './frame-cleaner.ts';
import type { ImageShape } from './image-shape.ts';
import { uncheckedFrom } from './unchecked.ts';

/** What is wanted of compressed frames. */
export interface FrameWish {
  /** What may leave of them, for a file. */
  readonly coded: boolean;
  /** As what they are decoded; undefined where no pixels are wanted. */
  readonly shape: FrameShape | undefined;
}

/** A compressed frame that is judged, and decoded where that is wanted. Nobody need wait for either. */
export interface FrameInWork {
  /**
   * What may leave of it; empty where that is not wanted. Rejects with `DEID_COMPRESSED_UNCHECKED`, or
   * `DEID_FRAME_UNREAD`, where the frame may not leave.
   */
  readonly coded: Promise<Uint8Array>;
  /**
   * Its plain pixels, or undefined where none are wanted: either says that it may leave. Rejects as
   * `coded` does, or with an MdmError of `pixelErrors` where it may leave and is no pixels.
   */
  readonly pixels: Promise<Uint8Array | undefined>;
}

/**
 * Judges compressed frames: what can be told by walking their markers is thrown at once, what takes
 * reading their coded data is found on a thread, in the pass that makes their pixels.
 */
export type FrameJudge = (whole: Uint8Array, wish: FrameWish) => FrameInWork;

/** The judge of the frames of an image; absent for transfer syntaxes whose bytes we cannot judge. */
export function createFrameJudge({
  transferSyntaxUid,
  shape: image,
  decoder,
}: {
  readonly transferSyntaxUid: string;
  readonly shape: ImageShape;
  readonly decoder: FrameDecoder;
}): FrameJudge | undefined {
  const clean = frameCleanerOf(transferSyntaxUid);
  if (clean === undefined) return undefined;
  if (hasScans(transferSyntaxUid)) {
    return (whole, { coded: keepsCoded, shape }) => {
      const request = { transferSyntaxUid, use: image.bits, keepsCoded, shape };
      const read = decoder.read({ ...request, coded: clean(whole, image) }).catch(throwUnchecked);
      return inWork(
        read.then(({ coded }) => coded),
        read.then(({ pixels }) => madeOf(pixels)),
      );
    };
  }
  return (whole, { shape }) => {
    const coded = clean(whole, image);
    const pixels = shape && decoder.decode(transferSyntaxUid, coded, shape);
    return inWork(Promise.resolve(coded), Promise.resolve(pixels));
  };
}

function inWork(coded: FrameInWork['coded'], pixels: FrameInWork['pixels']): FrameInWork {
  for (const each of [coded, pixels]) each.catch(() => undefined);
  return { coded, pixels };
}

function throwUnchecked(error: unknown): never {
  throw uncheckedFrom(error);
}

function madeOf(pixels: Uint8Array | Error | undefined): Uint8Array | undefined {
  if (pixels instanceof Error) throw pixels;
  return pixels;
}
