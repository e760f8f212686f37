import { defineLimits } from '../../lib/limits/limits.ts';

/** Bounds of the compressor. Block size and level are part of the recipe: changing one changes every byte. */
export const gzipLimits = defineLimits('volume/gzip', {
  memberPlaintextBytes: {
    value: 2 ** 20,
    unit: 'bytes',
    reason:
      'Members are cut at multiples of this plaintext offset: small enough to seek in, large enough to lose nothing.',
  },
  level: {
    value: 1,
    unit: 'count',
    reason: 'Voxels gain a few percent from higher levels, which cost three times the time.',
  },
  blocksInFlight: {
    value: 2,
    unit: 'count',
    reason: 'One block is compressed while the next one fills; more would only hold memory.',
  },
});
