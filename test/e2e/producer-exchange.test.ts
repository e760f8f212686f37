/** A producer key is exchanged: what was signed before stays believed, what is signed since counts from then on. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse, stringify } from 'yaml';
import type { ServiceName } from '../support/gateway.ts';
import { type Story, startStory } from './story.ts';

interface Report {
  readonly sha256: string;
  readonly memory: string;
}

/** With all services stopped; gives the former public key, and the key of now with its time. */
async function exchangeProducerKey(story: Story) {
  const names = story.keyServers.map(({ name }) => name as ServiceName);
  for (const name of ['gateway', ...names] as const) await story.stop(name);
  const folder = join(story.folder, 'gateway', 'clinical', 'keys');
  const key = join(folder, 'producer.pem.pub');
  const former = join(folder, 'producer-2026.pem.pub');
  const from = new Date().toISOString();
  renameSync(key, former);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pkcs8 = privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(join(folder, 'producer.pem'), pkcs8);
  writeFileSync(key, publicKey.export({ format: 'pem', type: 'spki' }));
  for (const name of names) {
    const settings = story.file(`${name}.yaml`);
    const before = parse(readFileSync(settings, 'utf8')) as object;
    writeFileSync(settings, stringify({ ...before, producers: [former, key] }));
    await story.start(name);
  }
  await story.start('gateway');
  return { former, now: { key, from } };
}

test('a new producer key, by hand as key-custody.md says it', async (t) => {
  const story = await startStory(t);
  const volume = `${await story.series('bob', 'sealed')}/volume.nii.c4gh`;
  const [report] = await story.json<Report>('bob', 'get', volume, story.file('before'));
  const { former, now } = await exchangeProducerKey(story);

  const get = (path: string, producerKeys: readonly unknown[]) => {
    const settings = story.settingsOf('bob', { producerKeys });
    return story.mdm('bob', ['--json', 'get', '-f', path, story.file('got')], { settings });
  };
  const reads = async (...asked: Parameters<typeof get>): Promise<Report> => {
    const { code, stdout, stderr } = await get(...asked);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Report;
  };
  const fails = async (...asked: Parameters<typeof get>): Promise<void> => {
    const { code, stderr } = await get(...asked);
    assert.deepEqual([code, /SEAL_RECEIPT_UNTRUSTED/.test(stderr)], [8, true], stderr);
  };
  const again = await reads(volume, [former, now]);
  assert.deepEqual([again.sha256, again.memory], [report?.sha256, 'same']);
  await fails(volume, [now]);

  // Never made before: its shares are deposited, and its statements signed, with the new key.
  const other = volume.replace('.nii.c4gh', '.qc.json.c4gh');
  await reads(other, [former, now]);
  await fails(other, [former]);
  const later = { ...now, from: new Date(Date.parse(now.from) + 3_600_000).toISOString() };
  await fails(other, [former, later]);
});
