import { pixelErrors } from '../../pixel/index.ts';
import { deidErrors } from '../errors.ts';

/** The failure of a frame cleaner, with the byte of the frame where it stopped. */
export function unchecked(message: string, offset: number): Error {
  return deidErrors.create('DEID_COMPRESSED_UNCHECKED', { message, context: { offset } });
}

/** What `read` makes of coded data; where they are none, nobody can judge them. */
export function readCoded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw uncheckedFrom(error);
  }
}

/** The failure that one of reading coded data is here; what was not read may not leave. */
export function uncheckedFrom(error: unknown): unknown {
  if (!pixelErrors.has(error)) return error;
  const { message, context, disposition } = error;
  const code = disposition === 'transient' ? 'DEID_FRAME_UNREAD' : 'DEID_COMPRESSED_UNCHECKED';
  return deidErrors.create(code, { message, context, cause: error });
}
