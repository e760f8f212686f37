import assert from 'node:assert/strict';
import { createKeyServers, lineOfPath } from '../../src/keys/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { silentLog } from '../../src/lib/log.ts';
import { Sensitive } from '../../src/lib/sensitive.ts';
import type { Installation, UserName } from './gateway.ts';

/**
 * What a user who kept the header of an answer gets from the key servers themselves: `key`, or the
 * code of why not.
 */
export async function fetchKey(
  at: Installation,
  user: UserName,
  { headers, url }: Pick<Response, 'headers' | 'url'>,
): Promise<string> {
  const servers = createKeyServers({
    servers: at.keyServers.map(({ name, url }) => ({ name, baseUrl: url })),
    threshold: 2,
    clock: systemClock,
    log: silentLog,
  });
  const keyId = headers.get('mdm-key-id') ?? '';
  const publicKey = headers.get('mdm-recipient-public-key') ?? '';
  const of = lineOfPath(new URL(url).pathname);
  assert(of !== undefined);
  const wanted = [{ keyId, of, recipientPublicKey: Buffer.from(publicKey, 'base64url') }];
  const shown = (name: string) =>
    ({ kind: 'token', token: new Sensitive(at.tokenOf(user, name)) }) as const;
  const fetched = await servers.fetch(wanted, { for: shown }, {});
  servers.close();
  if (fetched.keys.has(keyId)) return 'key';
  return codeOf(fetched.failures.get(keyId)) ?? 'nothing';
}
