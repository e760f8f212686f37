import { invalid } from '../errors.ts';

/** What the header says of the bits of a sample. @standard PS3.5 §8.1.1 */
export interface SampleUse {
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Pixel Padding Value: a sample that is all of it may be anything. @standard PS3.3 §C.7.5.1.1.2 */
  readonly padding: number | undefined;
}

/**
 * A check of samples of a lossless frame: it fails where bits that the header does not use hold
 * something, but for padding and a sign that is repeated.
 *
 * @param precision bits of a sample in the coded data
 * @throws MdmError `PIXEL_CODED_INVALID`, the check
 * @standard PS3.5 §8.2.1
 */
export function unusedBitCheck(
  { bitsStored, highBit, signed, padding }: SampleUse,
  precision: number,
): (samples: Uint16Array) => void {
  if (precision === bitsStored) return () => undefined;
  const low = highBit + 1 - bitsStored;
  const all = 2 ** precision - 1;
  const ones = all >>> (highBit + 1);
  const isNegative = (sample: number): boolean => signed && ((sample >>> highBit) & 1) === 1;
  const pad = padding === undefined ? undefined : padding & all;
  const below = 2 ** low - 1;
  const isClean = (sample: number): boolean => {
    const above = sample >>> (highBit + 1);
    const isUnused = above === 0 || (above === ones && isNegative(sample));
    return (isUnused && (sample & below) === 0) || sample === pad;
  };
  const unused = ~(2 ** (highBit + 1) - 1) | below;
  return (samples) => {
    // Nearly always no such bit is set in any sample.
    let seen = 0;
    for (let at = 0; at < samples.length; at += 1) seen |= samples[at] ?? 0;
    if ((seen & unused) !== 0 && !samples.every(isClean))
      throw invalid('unused bits of a sample', 0);
  };
}
