/** How the samples of a pixel make its colour; `palette`: as an index. @standard PS3.3 §C.7.6.3.1.2 */
export type Colour = 'grey' | 'rgb' | 'ybr-full' | 'ybr-full-422' | 'ybr-j2k' | 'palette';

/** What the header says a frame is. @standard PS3.3 §C.7.6.3 */
export interface FrameShape {
  readonly rows: number;
  readonly columns: number;
  readonly samples: 1 | 3;
  /** 32 and 64 are floating point numbers too, which nothing here tells from whole ones. */
  readonly bitsAllocated: 1 | 8 | 16 | 32 | 64;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly colour: Colour;
  /** Samples of one colour together (Planar Configuration 1), not of one pixel. */
  readonly planar: boolean;
  /** By index, three bytes each; of `palette` only. */
  readonly palette: Palette | undefined;
}

/** Colours by index. @standard PS3.3 §C.7.6.3.1.5, §C.7.6.3.1.6 */
export interface Palette {
  /** The index of the first colour; lower ones have it too, higher ones than there are the last. */
  readonly first: number;
  /** Red, green and blue of each colour, 8 bits each. */
  readonly colours: Uint8Array;
}

/** Bytes of a frame's native pixels, one sample beside the other, as a decoder makes them. */
export function sampleBytesOf({ rows, columns, samples, bitsAllocated }: FrameShape): number {
  return rows * columns * samples * Math.ceil(bitsAllocated / 8);
}
