import type { DeidentifiedInstance } from '../deid/index.ts';
import { hasBigEndianPixels } from '../dicom/index.ts';
import { valueOr } from '../facts/index.ts';
import { type FrameShape, isDecodable, plainFrame } from '../pixel/index.ts';
import { frameShapeOf } from '../volume/index.ts';
import { BitFrameIntake } from './bit-frame-intake.ts';
import { CodedFrameIntake } from './coded-frame-intake.ts';
import { frameBytesOf } from './frame-bytes.ts';
import type { CodedFrameSink, FrameIntake, TakeFrame } from './frame-intake.ts';
import { NativeFrameIntake } from './native-frame-intake.ts';

/** What an intake works with. */
export interface IntakeOptions {
  /** A buffer of the bytes of a frame that is free. */
  readonly spare: Uint8Array | undefined;
  readonly takeFrame: TakeFrame;
  /** Hears of a compressed frame that is no pixels. */
  readonly fail: CodedFrameSink['fail'];
}

/** What the pixel data of an image go into, by how they are written: whole, plain frames come out. */
export function openIntake(
  image: Pick<DeidentifiedInstance, 'facts' | 'transferSyntaxUid' | 'palette'>,
  { spare, takeFrame, fail }: IntakeOptions,
): FrameIntake {
  const { facts, transferSyntaxUid, palette } = image;
  const frames = valueOr(facts.frames, 1) ?? 1;
  const shape = frameShapeOf(facts, palette);
  if (shape !== undefined && isDecodable(transferSyntaxUid)) {
    return new CodedFrameIntake({ shape, frames, takeFrame, fail });
  }
  const buffer = spare ?? new Uint8Array(frameBytesOf(facts));
  if (shape === undefined || shape.colour === 'grey') {
    const intake = new NativeFrameIntake({ frames, buffer, takeFrame });
    return shape?.bitsAllocated === 1 ? new BitFrameIntake(frames * buffer.length, intake) : intake;
  }
  const isSwapped = hasBigEndianPixels(transferSyntaxUid);
  // Plain pixels may have another length, so their memory is none for the next frame.
  const takePlain: TakeFrame = async (index, pixels) => {
    if (isSwapped) swapSamples(pixels, shape.bitsAllocated);
    await takeFrame(index, plainFrame(pixels, shape));
    return undefined;
  };
  return new NativeFrameIntake({ frames, buffer, takeFrame: takePlain });
}

/** In place: samples as plain pixels are made of them, little endian. */
function swapSamples(pixels: Uint8Array, bits: FrameShape['bitsAllocated']): void {
  const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
  if (bits === 16) bytes.swap16();
  if (bits === 32) bytes.swap32();
}
