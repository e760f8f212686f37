import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { keyIdOf } from '../../seal/index.ts';
import { createServiceCredential } from './service-credential.ts';

test('who asks while the first tokens are being signed gets them too', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const credential = createServiceCredential({
    site: 'here',
    signer: { keyId: keyIdOf(publicKey), privateKey },
    servers: ['one', 'two'],
    clock: manualClock(),
  });
  const all = await Promise.all([credential.current(), credential.current(), credential.current()]);
  for (const each of all) {
    assert(each.kind === 'token');
    for (const server of ['one', 'two'])
      assert.equal(each.tokenFor(server).expose().split('.').length, 3);
  }
});
