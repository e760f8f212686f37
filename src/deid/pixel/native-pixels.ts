import type { Token } from '../../dicom/index.ts';
import type { InstancePart } from '../deidentifier.ts';
import { deidErrors } from '../errors.ts';
import type { BitCleaner } from './unused-bits.ts';
import { WholeSamples } from './whole-samples.ts';

/** How native pixel data are passed. */
export interface NativeOptions {
  /** All frames, without the byte that makes the length even. */
  readonly imageBytes: number;
  /** Absent where samples have no unused bits. */
  readonly cleaner: BitCleaner | undefined;
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
  { imageBytes, cleaner }: NativeOptions,
): AsyncGenerator<InstancePart, void, void> {
  let left = imageBytes;
  let inPixels = true;
  const whole = new WholeSamples(cleaner?.width ?? 1);
  for await (const tokens of batches) {
    for (const token of tokens) {
      if (token.kind === 'value-end') inPixels = false;
      if (token.kind !== 'value-chunk' || !inPixels || left === 0) continue;
      const bytes = token.bytes.subarray(0, left);
      left -= bytes.length;
      if (cleaner === undefined) yield { kind: 'pixel', bytes };
      else
        for (const samples of whole.cut(bytes))
          yield { kind: 'pixel', bytes: cleaner.clean(samples) };
    }
  }
  if (left > 0) throw deidErrors.create('DEID_MALFORMED', { message: 'pixel data too short' });
  if ((imageBytes & 1) === 1) yield { kind: 'trailer', bytes: new Uint8Array(1) };
}
