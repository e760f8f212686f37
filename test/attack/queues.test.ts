/** Callers who take all that they may: others have their turn, and nobody is cut who should be served. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { test } from 'node:test';
import type { UserName } from '../support/gateway.ts';
import { listSeries } from '../support/scripted-pacs.ts';
import { type AttackSite, startAttackSite } from './attack-site.ts';

const seriesCount = 41;
const jobCount = 300;

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly tookMs: number;
}

/** One request over a connection of its own. */
async function ask(
  at: AttackSite,
  who: { readonly user: UserName; readonly from: string },
  path: string,
): Promise<Answer> {
  const startMs = performance.now();
  const asked = request({
    host: '127.0.0.1',
    port: at.port,
    servername: 'localhost',
    path,
    localAddress: who.from,
    ca: readFileSync(at.grid?.authorityPath ?? ''),
    headers: { authorization: `Bearer ${at.tokenOf(who.user)}` },
    agent: false,
    signal: AbortSignal.timeout(120_000),
  }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('latin1');
  return { status: response.statusCode, text, tookMs: Math.round(performance.now() - startMs) };
}

async function volumes(at: AttackSite, user: UserName): Promise<readonly string[]> {
  const from = '127.0.0.1';
  const { text } = await ask(
    at,
    { user, from },
    '/.mdm/v1/find?under=/test/open&where=Modality=CT',
  );
  const { entries } = JSON.parse(text) as { readonly entries: readonly { path: string }[] };
  return entries.map(({ path }) => `${path}/volume.nii`);
}

test('who asks for one series does not wait for all of another caller', {
  timeout: 280_000,
}, async (t) => {
  const instances = Array.from({ length: seriesCount }, (_, index) =>
    listSeries({ slices: 12, rows: 64, columns: 64, seriesNumber: index + 1, seed: index + 1 }),
  ).flat();
  const at = await startAttackSite(t, instances);
  const [last = '', ...paths] = (await volumes(at, 'alice')).toReversed();
  assert.equal(paths.length, seriesCount - 1);

  await t.test('40 series of one caller, then one of another', async (one) => {
    const startMs = performance.now();
    const all = paths.map((path) => ask(at, { user: 'alice', from: '127.0.0.2' }, path));
    await at.service('gateway').waitForOutput(/recall\.started/);
    const bob = await ask(at, { user: 'bob', from: '127.0.0.3' }, last);
    const answers = await Promise.all(all);
    const allMs = Math.round(performance.now() - startMs);
    one.diagnostic(`the one ${bob.tookMs} ms, the 40 ${allMs} ms`);
    assert.deepEqual([...new Set([bob, ...answers].map(({ status }) => status))], [200]);
    assert.ok(bob.tookMs < allMs / 2, `${bob.tookMs} of ${allMs} ms`);
  });

  await t.test('300 jobs behind one address begin at once, and all are answered', async (one) => {
    const startMs = performance.now();
    const job = (): Promise<Answer> => ask(at, { user: 'bob', from: '127.0.0.9' }, last);
    const answers = await Promise.all(Array.from({ length: jobCount }, job));
    one.diagnostic(`${Math.round(performance.now() - startMs)} ms`);
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1, 'all have the same volume');
  });
});
