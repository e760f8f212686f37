/** Many readers of one cold file are one retrieve for the archive, and each gets all of it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { startStory } from './story.ts';

/** Command field of a C-GET-RQ in the command set's implicit encoding. PS3.7 Table 9.3-6 */
const getRequest = Buffer.from('00000001020000001000', 'hex');
const readers = 50;

test('50 readers of a cold volume cost one retrieve; who leaves early disturbs nobody', async (t) => {
  const story = await startStory(t, { series: [{ slices: 24, rows: 256, columns: 256 }] });
  const series = await story.series('bob', 'open');
  assert.equal(story.toPacs.sent(getRequest), 0);
  const leaving = new AbortController();
  const read = async (index: number): Promise<string> => {
    const early = index % 10 === 9;
    const signal = early ? leaving.signal : null;
    try {
      const response = await story.fetch('bob', `${series}/volume.nii`, { signal });
      assert.equal(response.status, 200);
      if (early) {
        await response.body?.cancel();
        return 'left';
      }
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(bytes.length, 24 * 256 * 256 * 2 + 352);
      return createHash('sha256').update(bytes).digest('hex');
    } catch (error) {
      if (early && leaving.signal.aborted) return 'left';
      throw error;
    }
  };
  const reading = Array.from({ length: readers }, (_, index) => read(index));
  await story.service('gateway').waitForOutput(/recall\.started/);
  leaving.abort();
  const digests = await Promise.all(reading);
  const stayed = digests.filter((digest) => digest !== 'left');
  assert.equal(stayed.length, 45);
  assert.equal(new Set(stayed).size, 1);
  assert.equal(story.toPacs.sent(getRequest), 1, 'the archive saw one C-GET');
  const warm = await read(0);
  assert.equal(warm, stayed[0]);
  assert.equal(story.toPacs.sent(getRequest), 1);
  assert.equal(story.logs().match(/recall\.started/g)?.length, 1);
});
