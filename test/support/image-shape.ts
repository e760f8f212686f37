import type { ImageShape } from '../../src/deid/pixel/image-shape.ts';

/** The shape of one grey frame, all unsigned. */
export function shapeOf(size: {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
}): ImageShape {
  const { rows, columns, bitsAllocated, bitsStored } = size;
  const pixels = rows * columns;
  const bytesPerSample = bitsAllocated / 8;
  return {
    frames: 1,
    rows,
    columns,
    pixels,
    samples: 1,
    bytesPerSample,
    nativeBytes: pixels * bytesPerSample,
    nativeBytesEnd: 2 * pixels * bytesPerSample,
    bits: { bitsAllocated, bitsStored, highBit: bitsStored - 1, signed: false, padding: undefined },
  };
}
