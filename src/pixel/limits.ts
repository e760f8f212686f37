import { defineLimits } from '../lib/limits/limits.ts';

/** Bounds of decoding compressed frames. */
export const pixelLimits = defineLimits('pixel', {
  frameBytesMax: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Pixels of one frame by its header: 8192 x 8192 x 16 bit is the largest seen.',
  },
  frameMs: {
    value: 60_000,
    unit: 'ms',
    reason: 'The largest frame takes half of it in the slowest codec; then its thread is ended.',
  },
  framesPerThread: {
    value: 10_000,
    unit: 'count',
    reason: 'What libraries lose of memory goes with their thread; a start costs less than 0.1 s.',
  },
  wasmBytesMax: {
    value: 1024 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Memory that a library may ask for: JPEG 2000 needs 8 bytes for each sample.',
  },
  wasmKeptBytesMax: {
    value: 128 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Memory of a library never shrinks: a thread with more is replaced after its frame.',
  },
  threadOldBytesMax: {
    value: 256 * 1024 * 1024,
    unit: 'bytes',
    reason: 'Objects of a decoding thread; pixels are beside it.',
  },
  threadsMax: {
    value: 4,
    unit: 'count',
    reason: 'Threads that decode for all recalls, where there are as many processors.',
  },
  idleMs: {
    value: 30_000,
    unit: 'ms',
    reason: 'Threads without work end after this, and with them their memory.',
  },
  tilesMax: {
    value: 65_535,
    unit: 'count',
    reason: 'Tiles of a JPEG 2000 frame; its standard numbers no more.',
  },
});

/** The values of `pixelLimits`; tests narrow them. */
export type PixelLimits = typeof pixelLimits;
