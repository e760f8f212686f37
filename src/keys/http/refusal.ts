import type { MdmError } from '../../lib/errors/mdm-error.ts';
import { type KeysErrorCode, keysErrors } from '../errors.ts';
import { type ErrorAnswer, readErrorAnswer } from '../wire/messages.ts';
import type { JsonAnswer } from './json-client.ts';

/** What a server said instead of doing as asked. */
export function refusalOf(answer: JsonAnswer): ErrorAnswer {
  return readErrorAnswer(answer.body);
}

/** The error of an answer other than 200. @throws KEYS_RECORD_INVALID when it is no error answer */
export function errorOf(server: string, answer: JsonAnswer): MdmError<KeysErrorCode> {
  const { code } = refusalOf(answer);
  const context = { server, code, reason: code };
  if (code === 'KEYSERVER_CREDENTIAL_SHARED')
    return keysErrors.create('KEYS_CREDENTIAL_SHARED', { context });
  if (answer.status === 401) return keysErrors.create('KEYS_UNAUTHENTICATED', { context });
  // 429 and 503 pass: full, busy, or without a lease.
  if (answer.status === 429 || answer.status >= 500)
    return keysErrors.create('KEYS_UNAVAILABLE', { context });
  return keysErrors.create('KEYS_SERVER_REFUSED', { context });
}
