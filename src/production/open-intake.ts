import { type ImageFacts, valueOr } from '../facts/index.ts';
import { type FrameShape, isDecodable, plainFrame } from '../pixel/index.ts';
import { frameShapeOf } from '../volume/index.ts';
import { CodedFrameIntake } from './coded-frame-intake.ts';
import { frameBytesOf } from './frame-bytes.ts';
import type { FrameIntake, TakeFrame } from './frame-intake.ts';
import { NativeFrameIntake } from './native-frame-intake.ts';

/** What an intake works with. */
export interface IntakeOptions {
  /** A buffer of the bytes of a frame that is free. */
  readonly spare: Uint8Array | undefined;
  readonly takeFrame: TakeFrame;
  /** Makes pixels of a compressed frame and gives them to `take`, in the order of frames. */
  readonly decode: (
    coded: Uint8Array,
    shape: FrameShape,
    take: (pixels: Uint8Array) => Promise<unknown>,
  ) => Promise<void>;
}

/** What the pixel data of an image go into, by how they are written: whole, plain frames come out. */
export function openIntake(
  image: { readonly facts: ImageFacts; readonly transferSyntaxUid: string },
  { spare, takeFrame, decode }: IntakeOptions,
): FrameIntake {
  const { facts, transferSyntaxUid } = image;
  const frames = valueOr(facts.frames, 1) ?? 1;
  const shape = frameShapeOf(facts);
  if (shape !== undefined && isDecodable(transferSyntaxUid)) {
    const decodeFrame = (coded: Uint8Array, take: (pixels: Uint8Array) => Promise<unknown>) =>
      decode(coded, shape, take);
    return new CodedFrameIntake({ frames, takeFrame, decode: decodeFrame });
  }
  const buffer = spare ?? new Uint8Array(frameBytesOf(facts));
  if (shape === undefined || shape.colour === 'grey') {
    return new NativeFrameIntake({ frames, buffer, takeFrame });
  }
  // Plain pixels may have another length, so their memory is none for the next frame.
  const takePlain: TakeFrame = async (index, pixels) => {
    await takeFrame(index, plainFrame(pixels, shape));
    return undefined;
  };
  return new NativeFrameIntake({ frames, buffer, takeFrame: takePlain });
}
