import type { Token } from '../../dicom/index.ts';
import type { InstancePart } from '../deidentifier.ts';
import { deidErrors } from '../errors.ts';

/**
 * Pass native pixel data through without copying. Bytes beyond the image are dropped, since nobody
 * looks there and anything can; everything after the pixel data is dropped too, but read, so that
 * a broken end is noticed.
 *
 * @throws MdmError of `dicomErrors` when the data set ends early
 */
export async function* passNativePixels(
  batches: AsyncIterable<readonly Token[]>,
  imageBytes: number,
): AsyncGenerator<InstancePart, void, void> {
  let left = imageBytes;
  let inPixels = true;
  for await (const tokens of batches) {
    for (const token of tokens) {
      if (token.kind === 'value-end') inPixels = false;
      if (token.kind !== 'value-chunk' || !inPixels || left === 0) continue;
      const bytes = token.bytes.subarray(0, left);
      left -= bytes.length;
      yield { kind: 'pixel', bytes };
    }
  }
  if (left > 0) throw deidErrors.create('DEID_MALFORMED', { message: 'pixel data too short' });
  if ((imageBytes & 1) === 1) yield { kind: 'trailer', bytes: new Uint8Array(1) };
}
