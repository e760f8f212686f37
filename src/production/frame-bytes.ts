import { type ImageFacts, knownValue } from '../facts/index.ts';

/** Bytes of one frame of native pixels, as a header declares it; 0 where it declares none. */
export function frameBytesOf(facts: ImageFacts): number {
  const { rows, columns, bitsAllocated, samples, photometric } = facts;
  const number = (given: ImageFacts['rows']): number => knownValue(given) ?? 0;
  // Two pixels share their chrominance there. @standard PS3.3 §C.7.6.3.1.2
  const isShared = knownValue(photometric)?.endsWith('_422') === true;
  const perPixel = isShared ? 2 : (knownValue(samples) ?? 1);
  return (number(rows) * number(columns) * number(bitsAllocated) * perPixel) / 8;
}
