/** Where whole frames go. Gives a buffer that is free again, if it kept none. */
export type TakeFrame = (index: number, pixels: Uint8Array) => Promise<Uint8Array | undefined>;

/** What the pixel data of one instance go into, to come out as whole frames. */
export interface FrameIntake {
  /** Native pixel data, cut anywhere; the bytes are copied. */
  addPixels(bytes: Uint8Array): Promise<void>;
  /** One compressed frame; the bytes are copied. */
  addFrame(coded: Uint8Array): Promise<void>;
  /** The instance is whole. False if its pixel data are not its frames. */
  end(): Promise<boolean>;
}
