import type { FrameShape } from '../pixel/index.ts';

/** Where whole frames go. Gives a buffer that is free again, if it kept none. */
export type TakeFrame = (index: number, pixels: Uint8Array) => Promise<Uint8Array | undefined>;

/** What becomes of one compressed frame, in its turn. */
export interface CodedFrameSink {
  take(pixels: Uint8Array): Promise<void>;
  /** It is no pixels: an MdmError of `pixelErrors`. */
  fail(error: unknown): Promise<void>;
}

/** What the pixel data of one instance go into, to come out as whole frames. */
export interface FrameIntake {
  /** As what compressed frames are decoded; undefined where they are none of this image. */
  readonly codedShape: FrameShape | undefined;
  /** Native pixel data, cut anywhere; the bytes are copied. */
  addPixels(bytes: Uint8Array): Promise<void>;
  /** The next compressed frame; what its pixels go into, if it is one of the image. */
  nextFrame(): CodedFrameSink | undefined;
  /** Every frame came. False if its pixel data are not its frames. */
  end(): Promise<boolean>;
}
