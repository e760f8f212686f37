import type { ImageShape } from '../../src/deid/pixel/image-shape.ts';

/** The shape of one grey frame, all unsigned. */
export function shapeOf(size: {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: ImageShape['bits']['bitsAllocated'];
  readonly bitsStored: number;
}): ImageShape {
  const { rows, columns, bitsAllocated, bitsStored } = size;
  const pixels = rows * columns;
  const nativeBytes = (pixels * bitsAllocated) / 8;
  return {
    frames: 1,
    rows,
    columns,
    pixels,
    samples: 1,
    nativeBytes,
    nativeBytesEnd: 2 * nativeBytes,
    isFloat: false,
    bits: { bitsAllocated, bitsStored, highBit: bitsStored - 1, signed: false, padding: undefined },
  };
}
