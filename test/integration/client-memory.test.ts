/** One memory, many commands at once, some of them killed. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KeptMemory } from '../../src/client/memory/memory.ts';
import { openMemoryFile } from '../../src/client/memory/memory-file.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { runChild, startChild } from '../support/child.ts';
import { tempFolder } from '../support/temp.ts';
import { versionStatement } from '../support/version-statement.ts';

const child = fileURLToPath(new URL('client-memory.child.ts', import.meta.url));
const count = 1500;

test('commands side by side lose nothing of each other, and one that is killed harms none', async (t) => {
  const path = join(await tempFolder(t), 'memory.db');
  const run = (first: number, version: number) =>
    [process.execPath, child, path, String(first), String(count), String(version)] as const;
  const killed = await startChild(t, run(0, 1));
  const others = Promise.all(
    [run(0, 2), run(count, 3), run(count / 2, 1)].map((one) => runChild(one)),
  );
  await killed.waitForOutput(/half/);
  killed.kill('SIGKILL');
  for (const { code, stdout, stderr } of await others) {
    assert.deepEqual({ code, stdout }, { code: 0, stdout: 'half\nkept\n' }, stderr);
  }
  await killed.exited;
  const memory = new KeptMemory({ open: () => openMemoryFile(path), clock: systemClock });
  for (let index = 0; index < 2 * count; index++) {
    const name = `p-1/t-1/s-1/i-${index}.dcm`;
    const newest = versionStatement({ name, version: index < count ? 2 : 3 });
    assert.equal(memory.meet({ ...newest, version: undefined }, newest), 'same', name);
  }
  memory.close();
  assert.equal(memory.lack(), undefined);
});
