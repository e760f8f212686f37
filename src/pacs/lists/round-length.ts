/** PACS cut their answers at round numbers: 50, 100, 500, 1000 ... */
const roundStep = 50;
const smallestPowerOfTwo = 64;

/** Whether lists are cut at such a length: a multiple of 50, or a power of two from 64. */
export function isRoundLength(length: number): boolean {
  if (length === 0) return false;
  const isPowerOfTwo = length >= smallestPowerOfTwo && Number.isInteger(Math.log2(length));
  return isPowerOfTwo || length % roundStep === 0;
}
