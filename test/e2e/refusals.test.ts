/** Who tries what is not for them is on record, and sees of the installation only how it is. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tokenPrincipal } from '../support/login.ts';
import { until } from '../support/until.ts';
import { type Story, startStory } from './story.ts';

interface Refused {
  readonly action: string;
  readonly subject: string;
  readonly outcome: string;
  readonly code?: string;
  readonly address?: string;
  readonly count?: number;
}

const nameOf = (user: string): string => tokenPrincipal(user).replace(/^user:/, '');

function refusalsOf(story: Story): readonly Refused[] {
  const folder = join(story.folder, 'gateway', 'computing', 'audit');
  const files = readdirSync(folder).filter((name) => name.endsWith('.log'));
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  const events = lines
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line.slice(65)) as { event: Refused }).event);
  return events.filter(({ action }) => action === 'refuse');
}

/** How often in all, by caller and code. */
function countsOf(story: Story): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { subject, code, address, count, outcome } of refusalsOf(story)) {
    assert.equal(outcome, 'refused');
    assert.equal(address, '127.0.0.1');
    const key = `${subject} ${code}`;
    counts[key] = (counts[key] ?? 0) + (count ?? 0);
  }
  return counts;
}

test('refusals and probing at the doors are recorded, the first at once and the others as a number', async (t) => {
  const story = await startStory(t);
  const series = await story.series('bob', 'open');
  const absent = `${series}/i-none.dcm`;
  assert.equal((await story.fetch('bob', absent)).status, 404);
  // No answer waits for its record.
  await until(() => refusalsOf(story).length > 0);
  assert.deepEqual(countsOf(story), { [`${nameOf('bob')} FILES_NOT_FOUND`]: 1 });
  for (let at = 0; at < 6; at++) await story.fetch('bob', absent);
  assert.equal(refusalsOf(story).length, 1);
  assert.equal((await story.fetch('carol', series)).status, 404);
  assert.equal((await fetch(`${story.url}${series}`)).status, 401);
  const forged = { authorization: `Bearer ${story.tokenOf('bob').slice(0, -4)}AAAA` };
  assert.equal((await fetch(`${story.url}${series}`, { headers: forged })).status, 401);
  assert.equal((await story.fetch('bob', '/.mdm/v1/locks')).status, 403);
  await story.stop('gateway');
  const counts = countsOf(story);
  const forgedCode = Object.keys(counts).find((key) => key.startsWith('anonymous IDENTITY_')) ?? '';
  assert.deepEqual(counts, {
    [`${nameOf('bob')} FILES_NOT_FOUND`]: 7,
    [`${nameOf('carol')} FILES_NOT_FOUND`]: 1,
    'anonymous WEBDAV_UNAUTHENTICATED': 1,
    [forgedCode]: 1,
    [`${nameOf('bob')} POLICY_OPERATORS_ONLY`]: 1,
  });
});

test('operators see all of the status; others how it is, and what became of their own recalls', async (t) => {
  const story = await startStory(t);
  const series = await story.series('bob', 'open');
  story.toPacs.cutAfter(0);
  await story.fails(6, 'bob', 'get', `${series}/volume.nii`, story.file('v.nii'));
  const [bob] = await story.json<Record<string, unknown>>('bob', 'status');
  assert.deepEqual(Object.keys(bob ?? {}).sort(), ['recalls', 'site', 'state']);
  const [recall] = (bob?.['recalls'] ?? []) as readonly Record<string, unknown>[];
  assert.deepEqual([recall?.['path'], recall?.['state']], [series, 'failed']);
  assert.match(String(recall?.['failure']), /^RECALL_PACS_/);
  assert.match(await story.run('bob', 'status'), /RECALL_PACS_/);
  const [carol] = await story.json<Record<string, unknown>>('carol', 'status');
  assert.deepEqual(carol?.['recalls'], []);
  await story.kill('hospital');
  const [alice] = await story.json<Record<string, unknown>>('alice', 'status');
  assert.equal(alice?.['state'], 'degraded');
  assert.match(JSON.stringify(alice?.['amiss']), /key server hospital does not answer/);
  assert.ok(Array.isArray(alice?.['pacs']) && Array.isArray(alice?.['locks']));
  assert.match(await story.run('carol', 'status'), /: degraded$/m);
  assert.doesNotMatch(await story.run('carol', 'status'), /hospital|PACS/);
});
