import { type ImageFacts, knownValue, type SliceFacts } from '../facts/index.ts';
import { assert, present } from '../lib/assert.ts';

/** The pixels of one slice of a frame that tiles several: a copy. */
export function cutTile(image: ImageFacts, slice: SliceFacts, frame: Uint8Array): Uint8Array {
  const tile = present(slice.tile, 'a tile');
  const numberOf = (given: ImageFacts['rows'] | undefined): number =>
    present(given === undefined ? undefined : knownValue(given), 'a tile has a size');
  const [rows, columns] = [numberOf(slice.rows), numberOf(slice.columns)];
  const width = (numberOf(image.bitsAllocated) * numberOf(image.samples)) / 8;
  const stride = numberOf(image.columns) * width;
  const rowBytes = columns * width;
  const pixels = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row += 1) {
    const from = (tile.top + row) * stride + tile.left * width;
    assert(from + rowBytes <= frame.length, 'a tile lies in its frame');
    pixels.set(frame.subarray(from, from + rowBytes), row * rowBytes);
  }
  return pixels;
}
