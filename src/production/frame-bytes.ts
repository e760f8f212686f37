import { type ImageFacts, knownValue } from '../facts/index.ts';

/** Bytes of one frame of native pixels, as a header declares it; 0 where it declares none. */
export function frameBytesOf({ rows, columns, bitsAllocated }: ImageFacts): number {
  return [columns, bitsAllocated].reduce(
    (product, given) => product * (knownValue(given) ?? 0),
    (knownValue(rows) ?? 0) / 8,
  );
}
