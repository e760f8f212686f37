import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { tempFolder } from '../../../test/support/temp.ts';
import { versionStatement } from '../../../test/support/version-statement.ts';
import { systemRandom } from '../../lib/random.ts';
import { signBatch, statementBytes, verifyVersion } from '../../seal/index.ts';
import { gatewayFolders } from './gateway-folders.ts';
import { type GatewayKeys, openGatewayKeys } from './gateway-keys.ts';

async function receiptOf({ producer }: GatewayKeys): Promise<string> {
  const { site, collection } = versionStatement();
  const [receipt = ''] = await signBatch([statementBytes(versionStatement())], {
    site,
    collection,
    timeMs: 0,
    signer: producer,
    random: systemRandom,
  });
  return receipt;
}

test('what was stated before the producer key was exchanged stays believed, if its public half is there', async (t) => {
  const folders = gatewayFolders(await tempFolder(t));
  const { producerKey } = folders.clinical;
  const before = await openGatewayKeys(folders, systemRandom);
  const receipt = await receiptOf(before);
  const former = producerKey.replace('.pem', '-2026.pem.pub');
  renameSync(`${producerKey}.pub`, former);
  rmSync(producerKey);
  const after = await openGatewayKeys(folders, systemRandom);
  assert.notEqual(after.producer.keyId, before.producer.keyId);
  assert.equal((await verifyVersion(receipt, after.producers)).version.version, 1);
  await verifyVersion(await receiptOf(after), after.producers);
  const stranger = verifyVersion(await receiptOf(after), before.producers);
  await assert.rejects(stranger, { code: 'SEAL_RECEIPT_UNTRUSTED' });

  writeFileSync(former, 'not a key');
  await assert.rejects(openGatewayKeys(folders, systemRandom), { code: 'CONFIG_UNREADABLE' });
  rmSync(former);
  const alone = await openGatewayKeys(folders, systemRandom);
  const forgotten = verifyVersion(receipt, alone.producers);
  await assert.rejects(forgotten, { code: 'SEAL_RECEIPT_UNTRUSTED' });
  assert.deepEqual(
    [...alone.producers.values()].map(({ publicKey }) =>
      publicKey.equals(createPublicKey(after.producer.privateKey)),
    ),
    [true],
  );
});
