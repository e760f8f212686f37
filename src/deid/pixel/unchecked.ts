import { deidErrors } from '../errors.ts';

/** The failure of a frame cleaner, with the byte of the frame where it stopped. */
export function unchecked(message: string, offset: number): Error {
  return deidErrors.create('DEID_COMPRESSED_UNCHECKED', { message, context: { offset } });
}
