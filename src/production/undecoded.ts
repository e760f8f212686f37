import { pixelErrors } from '../pixel/index.ts';
import type { VolumeRefusal } from '../volume/index.ts';

/** Why there is no volume, or no slice, of a frame that was not decoded; throws what is no such failure. */
export function undecoded(error: unknown): VolumeRefusal {
  if (!pixelErrors.has(error)) throw error;
  return error.disposition === 'transient' ? 'VOLUME_DECODER_FAILED' : 'VOLUME_FRAME_NOT_DECODED';
}
