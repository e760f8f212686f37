/**
 * Whoever may not know of an entry cannot tell it from one that is not there by how long the answer
 * takes. Pairs are asked for in turn, in random order within a pair; what tells them apart is the
 * area under the ROC curve: 0.5 is a coin, 1 is a clock.
 */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { seededRandom } from '../support/seeded-random.ts';
import { type Story, startStory } from './story.ts';

/** `MDM_LONG=1`: the pairs of the goal. */
const pairCount = process.env['MDM_LONG'] === '1' ? 5_000 : 2_000;
const aucMax = 0.55;

type Method = 'GET' | 'HEAD' | 'PROPFIND';

interface Pair {
  readonly name: string;
  readonly method: Method;
  readonly present: string;
  readonly absent: string;
}

/** Milliseconds of one answer over a connection that stays open. */
async function timed(
  ask: { story: Story; agent: Agent; token: string },
  method: Method,
  path: string,
) {
  const { story, agent, token } = ask;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = { Authorization: `Bearer ${token}`, Depth: '0' };
  const call = request({ port: story.port, agent, method, path, headers }, (response) => {
    response.resume().once('end', resolve);
  });
  call.once('error', reject);
  const startMs = performance.now();
  call.end();
  await promise;
  return performance.now() - startMs;
}

/** Share of pairs of samples in which `a` is the larger, ties counted half; by ranks. */
function areaUnderCurve(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((ms) => ({ ms, isA: true })), ...b.map((ms) => ({ ms, isA: false }))];
  all.sort((x, y) => x.ms - y.ms);
  let ranks = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.ms === all[start]?.ms) end += 1;
    const rank = (start + 1 + end) / 2;
    ranks += rank * all.slice(start, end).filter(({ isA }) => isA).length;
    start = end;
  }
  return (ranks - (a.length * (a.length + 1)) / 2) / (a.length * b.length);
}

/** How well the two can be told apart, whichever is slower: the upper end of a 95 % interval. */
function distinction(a: readonly number[], b: readonly number[]): number {
  const auc = areaUnderCurve(a, b);
  const error = Math.sqrt((a.length + b.length + 1) / (12 * a.length * b.length));
  return Math.max(auc, 1 - auc) + 1.645 * error;
}

async function measure(story: Story, user: 'bob' | 'carol', pairs: readonly Pair[], count: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = { story, agent, token: story.tokenOf(user) };
  const random = seededRandom(7);
  const samples = pairs.map(() => ({ present: [] as number[], absent: [] as number[] }));
  for (let round = -50; round < count; round += 1) {
    for (const [index, { method, present, absent }] of pairs.entries()) {
      const swap = (random.bytes(1)[0] ?? 0) < 128;
      const first = await timed(ask, method, swap ? absent : present);
      const second = await timed(ask, method, swap ? present : absent);
      // The first rounds only make the service warm.
      if (round < 0) continue;
      samples[index]?.present.push(swap ? second : first);
      samples[index]?.absent.push(swap ? first : second);
    }
  }
  agent.destroy();
  return pairs.map(({ name }, index) => {
    const { present = [], absent = [] } = samples[index] ?? {};
    return { name, value: distinction(present, absent) };
  });
}

test('what a caller may not know of takes as long as what is not there', {
  timeout: 600_000,
}, async (t) => {
  const story = await startStory(t, {});
  const series = await story.series('bob', 'open');
  const other = (path: string): string => path.replace(/[0-9a-z]{4}(?=$|\.|\/$)/, 'zzzz');
  const [file = ''] = (await story.json<{ path: string }>('bob', 'ls', series))
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.dcm'));
  assert.match(file, /\.dcm$/);
  await story.run('bob', 'get', '-q', file, story.file('made.dcm'));
  const patient = series.split('/').slice(0, 4).join('/');
  const absentSeries = other(series);
  const pairs: readonly Pair[] = [
    { name: 'control', method: 'GET', present: other(file), absent: other(file) },
    { name: 'instance', method: 'GET', present: file, absent: other(file) },
    {
      name: 'volume',
      method: 'GET',
      present: `${series}/volume.nii`,
      absent: `${absentSeries}/volume.nii`,
    },
    { name: 'series', method: 'PROPFIND', present: series, absent: absentSeries },
    { name: 'patient', method: 'HEAD', present: patient, absent: other(patient) },
    { name: 'collection', method: 'HEAD', present: '/test/open', absent: '/test/none' },
    {
      name: 'query below a series',
      method: 'GET',
      present: `/.mdm/v1/find?under=${series}`,
      absent: `/.mdm/v1/find?under=${absentSeries}`,
    },
  ];
  for (const { name, value } of await measure(story, 'carol', pairs, pairCount)) {
    t.diagnostic(`${name}: ${value.toFixed(3)}`);
    assert.ok(value <= aucMax, `${name} can be told by time: ${value.toFixed(3)}`);
  }
  // A measure that finds nothing proves nothing: what is there does show to those who may see it.
  const visible = {
    name: 'seen',
    method: 'GET',
    present: file,
    absent: other(file),
  } as const;
  const [seen] = await measure(story, 'bob', [visible], 500);
  t.diagnostic(`seen: ${seen?.value.toFixed(3)}`);
  assert.ok((seen?.value ?? 0) > 0.65, `the measure is blind: ${seen?.value.toFixed(3)}`);
});
