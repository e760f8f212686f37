import type { FrameShape, Palette } from './frame-shape.ts';
import { interleave } from './planes.ts';

/**
 * A frame of native pixels in plain form: a grey sample for each pixel, as it was, or a byte each of
 * red, green and blue. May change what it is given.
 *
 * @param pixels one frame, little endian, without padding
 * @standard PS3.3 §C.7.6.3.1.2, §C.7.6.3.1.3, PS3.5 §8.2
 */
export function plainFrame(pixels: Uint8Array, shape: FrameShape): Uint8Array {
  if (shape.bitsAllocated === 1) return unpackBits(pixels, shape.rows * shape.columns);
  if (shape.colour === 'ybr-full-422') return fromYbr(withAllChroma(pixels));
  const { samples, planar, bitsAllocated } = shape;
  const isPlanar = planar && samples > 1;
  const bytesPerSample = bitsAllocated / 8;
  const whole = isPlanar ? interleave(pixels, { samples, bytesPerSample }) : pixels;
  return plainOfSamples(whole, shape);
}

/** The same for pixels whose samples lie together, one for each colour, as decoders make them. */
export function plainOfSamples(pixels: Uint8Array, shape: FrameShape): Uint8Array {
  const { colour, palette, bitsAllocated } = shape;
  if (colour === 'ybr-full' || colour === 'ybr-full-422') return fromYbr(pixels);
  if (palette !== undefined) {
    return fromPalette(bitsAllocated === 16 ? wordsOf(pixels) : pixels, palette);
  }
  return colour === 'grey' || bitsAllocated <= 8 ? pixels : highestBits(pixels, shape);
}

/** One byte a pixel; the first is in the lowest bit. @standard PS3.5 §8.1.1 */
export function unpackBits(bits: Uint8Array, pixels: number): Uint8Array {
  const bytes = new Uint8Array(pixels);
  for (let at = 0; at < pixels; at += 1) bytes[at] = ((bits[at >> 3] ?? 0) >> (at & 7)) & 1;
  return bytes;
}

/** Y1 Y2 Cb Cr, pixel by pixel as Y Cb Cr. @standard PS3.3 §C.7.6.3.1.2 */
function withAllChroma(pixels: Uint8Array): Uint8Array {
  const all = new Uint8Array((pixels.length / 4) * 6);
  for (let at = 0, to = 0; at < pixels.length; at += 4, to += 6) {
    const [first = 0, second = 0, blue = 0, red = 0] = pixels.subarray(at, at + 4);
    all.set([first, blue, red, second, blue, red], to);
  }
  return all;
}

/** In place: 8 bits of Y, Cb and Cr to red, green and blue. @standard PS3.3 §C.7.6.3.1.2, ITU-R BT.601 */
function fromYbr(pixels: Uint8Array): Uint8Array {
  const clamped = new Uint8ClampedArray(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  for (let at = 0; at < pixels.length; at += 3) {
    const y = pixels[at] ?? 0;
    const blue = (pixels[at + 1] ?? 0) - 128;
    const red = (pixels[at + 2] ?? 0) - 128;
    clamped[at] = y + 1.402 * red;
    clamped[at + 1] = y - 0.344_136_286 * blue - 0.714_136_286 * red;
    clamped[at + 2] = y + 1.772 * blue;
  }
  return pixels;
}

/** The eight highest of the bits of each little endian sample, which are its lowest. */
function highestBits(pixels: Uint8Array, { bitsAllocated, bitsStored }: FrameShape): Uint8Array {
  const width = bitsAllocated / 8;
  const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.length);
  const highest = new Uint8Array(pixels.length / width);
  for (let at = 0; at < highest.length; at += 1) {
    highest[at] = bytes.readUIntLE(at * width, width) / 2 ** (bitsStored - 8);
  }
  return highest;
}

function wordsOf(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(buffer, byteOffset, length / 2);
}

/** Indices of 8 or 16 bits as colours. @standard PS3.3 §C.7.6.3.1.5 */
function fromPalette(indices: Uint8Array | Uint16Array, { first, colours }: Palette): Uint8Array {
  const last = colours.length / 3 - 1;
  const rgb = new Uint8Array(indices.length * 3);
  for (let at = 0; at < indices.length; at += 1) {
    const from = 3 * Math.min(Math.max((indices[at] ?? 0) - first, 0), last);
    rgb[3 * at] = colours[from] ?? 0;
    rgb[3 * at + 1] = colours[from + 1] ?? 0;
    rgb[3 * at + 2] = colours[from + 2] ?? 0;
  }
  return rgb;
}
