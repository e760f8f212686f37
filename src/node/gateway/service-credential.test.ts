import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { decodeJwt } from 'jose';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { keyIdOf } from '../../seal/index.ts';
import { createServiceCredential } from './service-credential.ts';

test('who asks while the first tokens are being signed gets them too', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const credential = createServiceCredential({
    site: 'here',
    signer: { keyId: keyIdOf(publicKey), privateKey },
    servers: ['one', 'two'].map((name) => ({ name, publicUrl: `https://${name}.test` })),
    clock: manualClock(),
  });
  const all = await Promise.all([credential.current(), credential.current(), credential.current()]);
  for (const each of all) {
    for (const server of ['one', 'two']) {
      const shown = each.for(server);
      assert(shown?.kind === 'token');
      assert.equal(decodeJwt(shown.token.expose()).aud, `https://${server}.test`);
    }
    assert.equal(each.for('three'), undefined);
  }
});
