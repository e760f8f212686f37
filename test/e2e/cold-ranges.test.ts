/** Parts of a file that is still at the archive, and an archive that goes away in the middle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStory } from './story.ts';

const series = [{ slices: 24, rows: 256, columns: 256 }];
const volumeSize = 24 * 256 * 256 * 2 + 352;

test('parts of a cold volume are those of the whole', async (t) => {
  const story = await startStory(t, { series });
  const directory = await story.series('bob', 'open');
  const path = `${directory}/volume.nii`;
  const get = (range: string) => story.fetch('bob', path, { headers: { range } });
  const ranges = [
    ['bytes=0-99', 0, 100],
    ['bytes=1000000-1999999', 1_000_000, 2_000_000],
    ['bytes=-1000', volumeSize - 1000, volumeSize],
  ] as const;
  const responses = await Promise.all(ranges.map(([range]) => get(range)));
  const parts = await Promise.all(responses.map((one) => one.arrayBuffer()));
  const whole = Buffer.from(await (await story.fetch('bob', path)).arrayBuffer());
  assert.equal(whole.length, volumeSize);
  for (const [index, [range, from, to]] of ranges.entries()) {
    const response = responses[index];
    assert.equal(response?.status, 206, range);
    assert.equal(response?.headers.get('content-range'), `bytes ${from}-${to - 1}/${volumeSize}`);
    assert.deepEqual(
      Buffer.from(parts[index] ?? new ArrayBuffer(0)),
      whole.subarray(from, to),
      range,
    );
  }
  assert.equal(story.logs().match(/recall\.started/g)?.length, 1);
});

test('an archive that goes away in the middle is an error, never a shorter file', async (t) => {
  const story = await startStory(t, { series });
  const directory = await story.series('bob', 'open');
  const sealed = await story.series('bob', 'sealed');
  story.toPacs.cutAfter(1_500_000);
  for (const path of [`${directory}/volume.nii`, `${sealed}/volume.nii.c4gh`]) {
    const bytes = await story
      .fetch('bob', path)
      .then(async (response) => (response.status === 200 ? response.arrayBuffer() : undefined))
      .catch(() => undefined);
    assert.equal(bytes, undefined, 'refused or broken off, not ended');
  }
  const cut = await story.mdm('bob', ['--json', 'get', `${directory}/volume.nii`, story.file('v')]);
  assert.notEqual(cut.code, 0);
  assert.match(cut.stderr, /"code":"[A-Z_]+"/);
  const [entry] = (
    await story.json<{ name: string; size?: number }>('bob', 'ls', directory)
  ).filter(({ name }) => name.endsWith('.nii'));
  assert.equal(entry?.size, undefined, 'nothing was published');
});
