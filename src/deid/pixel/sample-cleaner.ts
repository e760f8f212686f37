/** Makes samples what an image needs of them, and nothing more. */
export interface SampleCleaner {
  /** Bytes of what is cleaned by itself. */
  readonly width: 1 | 2 | 4 | 8;
  /** Whole samples, cleaned: the same bytes where nothing was to do, else a copy. */
  clean(samples: Uint8Array): Uint8Array;
}

/** The bits of the last byte that hold pixels of one bit, of which there are so many. @standard PS3.5 §8.1.1 */
export function lastByteMask(pixels: number): number {
  return pixels % 8 === 0 ? 0xff : 2 ** (pixels % 8) - 1;
}

/** Without the bits of the last byte that `mask` has not; the same bytes where none is set. */
export function withinLastByte(bytes: Uint8Array, mask: number): Uint8Array {
  const last = bytes.at(-1) ?? 0;
  if ((last & mask) === last) return bytes;
  const copy = new Uint8Array(bytes);
  copy[copy.length - 1] = last & mask;
  return copy;
}

/**
 * Floating point numbers with every NaN the same: what else its bits could say is for nobody.
 *
 * (IEEE 754 gives them a payload.)
 */
export function createNanCleaner(bits: 32 | 64, bigEndian: boolean): SampleCleaner {
  const width = bits === 32 ? 4 : 8;
  return {
    width,
    clean(samples) {
      const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
      const at = (view: DataView, index: number): number =>
        bits === 32 ? view.getFloat32(index, !bigEndian) : view.getFloat64(index, !bigEndian);
      let copy: DataView | undefined;
      for (let index = 0; index < samples.length; index += width) {
        if (!Number.isNaN(at(view, index))) continue;
        copy ??= new DataView(new Uint8Array(samples).buffer);
        // The quiet one without a sign or a payload.
        if (bits === 32) copy.setUint32(index, 0x7fc0_0000, !bigEndian);
        else copy.setBigUint64(index, 0x7ff8_0000_0000_0000n, !bigEndian);
      }
      return copy === undefined ? samples : new Uint8Array(copy.buffer);
    },
  };
}

/**
 * Bytes that lie in big endian words of two, in their own order: there the second comes first.
 *
 * @standard PS3.5 §8.1.1, §A.3
 */
export function outOfWords(cleaner: SampleCleaner | undefined): SampleCleaner {
  return {
    width: 2,
    clean(samples) {
      const bytes = Buffer.from(samples).swap16();
      return cleaner === undefined ? bytes : cleaner.clean(bytes);
    },
  };
}
