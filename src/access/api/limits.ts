import { defineLimits } from '../../lib/limits/limits.ts';

/** Bounds of the API. */
export const apiLimits = defineLimits('access/api', {
  bodyBytesMax: { value: 65_536, unit: 'bytes', reason: 'A grant with all its fields has 2 KiB.' },
});
