import { keysErrors } from '../errors.ts';

/** The error of a field that is not as the protocol says. */
export function refuseField(path: string): Error {
  return keysErrors.create('KEYS_RECORD_INVALID', { message: path });
}
