import type { Keyword } from '../dicom/index.ts';
import { type Fact, fact, knownValue, valueOr } from './fact.ts';
import type { ImageFacts } from './image-facts.ts';

/**
 * The facts, with what is absent taken from the length of native pixel data where only one reading
 * fits it.
 *
 * Samples per Pixel is 1 where one sample of Bits Allocated for each pixel fills the data exactly;
 * then a Photometric Interpretation can only be grey (MONOCHROME2: 1 and 2 have the same values).
 * High Bit is Bits Stored less one, and the reverse, as the standard has it; where both are absent
 * and the data are filled exactly, all allocated bits are stored. Never derived: Pixel
 * Representation and the scale, which no length shows.
 *
 * @param nativeBytes length of the value of native Pixel Data; undefined where it is compressed
 * @standard PS3.3 §C.7.6.3.1, PS3.5 §8.1.1
 */
export function deriveAbsent(facts: ImageFacts, nativeBytes: number | undefined): ImageFacts {
  if (!fillsExactly(facts, nativeBytes)) return facts;
  const derived: Keyword[] = [];
  const take = <T>(given: Fact<T>, keyword: Keyword, value: T | undefined): Fact<T> => {
    if (given.kind !== 'absent' || value === undefined) return given;
    derived.push(keyword);
    return fact(value);
  };
  const allocated = knownValue(facts.bitsAllocated);
  const stored = knownValue(facts.bitsStored);
  const high = knownValue(facts.highBit);
  const samples = take(facts.samples, 'SamplesPerPixel', 1);
  const photometric = take(facts.photometric, 'PhotometricInterpretation', 'MONOCHROME2');
  const bitsStored = take(
    facts.bitsStored,
    'BitsStored',
    high === undefined ? whereAbsent(facts.highBit, allocated) : high + 1,
  );
  const highBit = take(facts.highBit, 'HighBit', minusOne(stored ?? knownValue(bitsStored)));
  return { ...facts, samples, photometric, bitsStored, highBit, derived };
}

const minusOne = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value - 1;

const whereAbsent = (given: Fact<unknown>, value: number | undefined): number | undefined =>
  given.kind === 'absent' ? value : undefined;

/** One grey sample for each pixel and no byte more, but for the one that makes the length even. */
function fillsExactly(facts: ImageFacts, nativeBytes: number | undefined): boolean {
  const rows = knownValue(facts.rows);
  const columns = knownValue(facts.columns);
  const bits = knownValue(facts.bitsAllocated);
  const frames = valueOr(facts.frames, 1);
  if (rows === undefined || columns === undefined || bits === undefined) return false;
  if (frames === undefined || nativeBytes === undefined || valueOr(facts.samples, 1) !== 1) {
    return false;
  }
  const bytes = Math.ceil((rows * columns * frames * bits) / 8);
  return nativeBytes === bytes + (bytes & 1);
}
