/** Objects that cost much to read: while they are retrieved, a listing is answered as before. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { test } from 'node:test';
import { encodeDataSet, transferSyntax } from '../../src/dicom/index.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { listSeries, type ScriptedInstance } from '../support/scripted-pacs.ts';
import { type AttackSite, startAttackSite } from './attack-site.ts';

const bombCount = 4;
const fragmentCount = 100_000;
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const begin = hex('e07f1000 4f420000 ffffffff feff00e0 00000000');
const fragment = hex('feff00e0 02000000 ffd8');
const end = hex('feffdde0 00000000');

/** An image of so many fragments of two bytes each. */
function bomb(seriesNumber: number): ScriptedInstance {
  const [instance = assert.fail('one')] = listSeries({
    slices: 1,
    seriesNumber,
    seed: seriesNumber,
  });
  const header = encodeDataSet(instance.header, transferSyntax.ExplicitVRLittleEndian);
  const fragments = Buffer.alloc(fragment.length * fragmentCount, fragment);
  return {
    ...instance,
    transferSyntaxUid: '1.2.840.10008.1.2.4.70',
    dataSet: concatBytes([header, begin, fragments, end]),
  };
}

async function get(at: AttackSite, path: string): Promise<{ status?: number; text: string }> {
  const asked = request({
    host: '127.0.0.1',
    port: at.port,
    servername: 'localhost',
    path,
    ca: readFileSync(at.grid?.authorityPath ?? ''),
    headers: { authorization: `Bearer ${at.tokenOf('alice')}` },
    agent: false,
    signal: AbortSignal.timeout(60_000),
  }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('latin1') };
}

test('objects of 100,000 fragments do not keep others waiting', { timeout: 200_000 }, async (t) => {
  const at = await startAttackSite(
    t,
    Array.from({ length: bombCount }, (_, index) => bomb(index + 1)),
  );
  const found = await get(at, '/.mdm/v1/find?under=/test/open&where=Modality=CT');
  const { entries } = JSON.parse(found.text) as { entries: readonly { path: string }[] };
  assert.equal(entries.length, bombCount);
  const files: string[] = [];
  for (const { path } of entries) {
    const { text } = await get(at, `/.mdm/v1/list?path=${path}`);
    const listed = JSON.parse(text) as { entries: readonly { name: string }[] };
    const file = listed.entries.find(({ name }) => name.endsWith('.dcm'));
    files.push(`${path}/${file?.name}`);
  }
  const bystander = at.bystanderOf('gateway');
  const control = await bystander.measure(60);
  const reading = Promise.all(files.map((file) => get(at, file)));
  const during = await bystander.measure(60);
  const statuses = (await reading).map(({ status }) => status);
  t.diagnostic(JSON.stringify({ control, during, statuses }));
  assert.deepEqual([...control.failures, ...during.failures], []);
  assert.ok(during.p99Ms < 10 * control.p99Ms + 5_000, `${during.p99Ms} ms`);
});
