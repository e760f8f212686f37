import { keysErrors } from '../errors.ts';
import type { KeyCredential, ServerCredential } from './server-address.ts';

/** What a caller shows to this server. @throws KEYS_CREDENTIAL_SHARED where nothing is for it alone */
export function shownTo(server: string, credential: KeyCredential): ServerCredential {
  const shown = credential.for(server);
  if (shown === undefined)
    throw keysErrors.create('KEYS_CREDENTIAL_SHARED', { context: { server } });
  return shown;
}
