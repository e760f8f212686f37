import type { Token } from '../../dicom/index.ts';
import type { InstancePart } from '../deidentifier.ts';
import { deidErrors } from '../errors.ts';
import { type SampleCleaner, withinLastByte } from './sample-cleaner.ts';
import { WholeSamples } from './whole-samples.ts';

/** How native pixel data are passed. */
export interface NativeOptions {
  /** All frames, without the byte that makes the length even. */
  readonly imageBytes: number;
  /** Absent where samples are as they should be, whatever they are. */
  readonly cleaner: SampleCleaner | undefined;
  /** Bits of the last byte that are image; default: all. */
  readonly lastByteMask?: number;
}

/**
 * Pass native pixel data through, without copying where no unused bit has to change. Bytes beyond the
 * image are dropped, since nobody looks there and anything can be there; everything after the pixel
 * data is dropped too, but read, so that a broken end is noticed.
 *
 * @throws MdmError of `dicomErrors` when the data set ends early
 */
export async function* passNativePixels(
  batches: AsyncIterable<readonly Token[]>,
  { imageBytes, cleaner, lastByteMask = 0xff }: NativeOptions,
): AsyncGenerator<InstancePart, void, void> {
  const width = cleaner?.width ?? 1;
  const whole = new WholeSamples(width);
  // The last of the bytes may lie in the middle of what is cleaned.
  let left = imageBytes;
  let leftToTake = Math.ceil(imageBytes / width) * width;
  let inPixels = true;
  for await (const tokens of batches) {
    for (const token of tokens) {
      if (token.kind === 'value-end') inPixels = false;
      if (token.kind !== 'value-chunk' || !inPixels || leftToTake === 0) continue;
      const taken = token.bytes.subarray(0, leftToTake);
      leftToTake -= taken.length;
      for (const samples of cleaner === undefined ? [taken] : whole.cut(taken)) {
        const bytes = (cleaner?.clean(samples) ?? samples).subarray(0, left);
        left -= bytes.length;
        yield { kind: 'pixel', bytes: left === 0 ? withinLastByte(bytes, lastByteMask) : bytes };
      }
    }
  }
  if (left > 0) throw deidErrors.create('DEID_MALFORMED', { message: 'pixel data too short' });
  if ((imageBytes & 1) === 1) yield { kind: 'trailer', bytes: new Uint8Array(1) };
}
