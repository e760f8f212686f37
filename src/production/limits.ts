import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of producing replicas. */
export const productionLimits = defineLimits('production', {
  sliceWindowBytes: {
    value: 192 * 1024 * 1024,
    unit: 'bytes',
    reason:
      'Slices that came before their turn are held in memory up to here; a recall may use 256 MiB in all.',
  },
  sliceBytesMax: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    reason: 'One slice is turned in memory; 8192 x 8192 x 16 bit is the largest seen.',
  },
  headerAllowanceBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    reason:
      'Set aside for what is not pixels when the size of an instance is not known in advance.',
  },
  instanceBytesMax: {
    value: 8 * 1024 * 1024 * 1024,
    unit: 'bytes',
    reason: 'A header may claim any size; no more than this is set aside for one instance.',
  },
  gzipSlackBytes: {
    value: 1024 * 1024,
    unit: 'bytes',
    reason: 'Incompressible data grow by the framing of deflate and of the gzip members.',
  },
});

/** The values of `productionLimits`; tests narrow them. */
export type ProductionLimits = typeof productionLimits;
