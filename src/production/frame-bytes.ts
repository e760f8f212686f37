import { type ImageFacts, knownValue } from '../facts/index.ts';

/**
 * Bytes of one frame of native pixels, as a header declares it; 0 where it declares none. Pixels of one
 * bit have a byte each (`BitFrameIntake`).
 */
export function frameBytesOf(facts: ImageFacts): number {
  const { rows, columns, bitsAllocated, samples, photometric } = facts;
  const number = (given: ImageFacts['rows']): number => knownValue(given) ?? 0;
  // Two pixels share their chrominance there. @standard PS3.3 §C.7.6.3.1.2
  const isShared = knownValue(photometric)?.endsWith('_422') === true;
  const perPixel = isShared ? 2 : (knownValue(samples) ?? 1);
  const bits = number(bitsAllocated);
  return (number(rows) * number(columns) * (bits === 1 ? 8 : bits) * perPixel) / 8;
}
