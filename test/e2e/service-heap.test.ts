/** A service starts itself again with a bounded heap, and is still the process that was started. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startStory } from './story.ts';

test('a service runs with a bounded young generation, under the process id it was given', async (t) => {
  const story = await startStory(t);
  for (const name of ['gateway', 'hospital'] as const) {
    const { pid } = story.service(name);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    assert.ok(command.includes('--max-semi-space-size=8'), command.join(' '));
    const given = command.slice(command.indexOf('serve'), -1);
    assert.deepEqual(given.slice(0, 2), ['serve', '--role']);
  }
  await story.stop('gateway');
  await story.start('gateway');
  assert.match(await story.run('alice', 'status'), /\S/);
});
