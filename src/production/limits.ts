import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of producing replicas. */
export const productionLimits = defineLimits('production', {
  keysPerBatchMax: {
    value: 500,
    unit: 'count',
    reason: 'Keys made in one call: what a key server takes in one transaction.',
  },
  frameMemoryBytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    reason:
      'Frames that came before their turn wait in memory up to here, beyond it on disk; a recall may use 256 MiB in all.',
  },
  voxelPageBytes: {
    value: 512 * 1024,
    unit: 'bytes',
    reason:
      'Voxels of a stack go into its files in pieces of so much, one under way while the next is gathered: a slice of a mosaic has 8 KiB. As much is sealed at a time.',
  },
  freePagesMax: {
    value: 2,
    unit: 'count',
    reason:
      'Pages that are kept for the next to be filled: one is filled while another is written.',
  },
  nearFrameBytesMax: {
    value: 1024 * 1024,
    unit: 'bytes',
    reason:
      'A tiled frame up to here is brought near the processor before its tiles are cut, once: what its core keeps near. A mosaic of 384 x 384 has 288 KiB.',
  },
  voxelWaitMs: {
    value: 100,
    unit: 'ms',
    reason: 'Voxels that were gathered wait no longer for more: somebody may follow the file.',
  },
  spillStepBytes: {
    value: 64 * 1024 * 1024,
    unit: 'bytes',
    reason:
      'Space for waiting frames is set aside in such steps, so that small series take little.',
  },
  frameBytesMax: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    reason: 'One frame is turned in memory; 8192 x 8192 x 16 bit is the largest seen.',
  },
  decodingFramesMax: {
    value: 8,
    unit: 'count',
    reason:
      'Compressed frames of a series that are judged and decoded at a time: two for each thread there may be (`pixel.threadsMax`).',
  },
  decodingBytesMax: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    reason: 'The same, by their coded bytes and their pixels.',
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
