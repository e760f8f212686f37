/** rclone over the gateway, cold and warm. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Finished, runChild } from '../support/child.ts';
import { requireData } from '../support/data.ts';
import { requireTool } from '../support/require-tool.ts';
import { type GridArchive, gridArchives, startGrid } from './gateway-grid.ts';
import { seriesOf } from './gateway-tree.ts';

for (const [archive, programs] of Object.entries(gridArchives)) {
  const skip = requireTool(...programs, 'rclone') || requireData('series/hitachi-anatomical/dicom');
  test(`rclone copies a series cold and warm, from ${archive}`, { skip }, (t) =>
    roadOf(t, archive as GridArchive),
  );
}

async function roadOf(t: TestContext, archive: GridArchive): Promise<void> {
  const at = await startGrid(t, archive);
  const series = await seriesOf(at, 'bob', 'open');
  const env = {
    RCLONE_CONFIG: '/dev/null',
    RCLONE_WEBDAV_URL: `https://localhost:${at.port}`,
    RCLONE_WEBDAV_VENDOR: 'other',
    RCLONE_WEBDAV_BEARER_TOKEN: at.tokenOf('bob'),
    RCLONE_CA_CERT: at.grid?.authorityPath ?? '',
    RCLONE_RETRIES: '1',
    RCLONE_LOW_LEVEL_RETRIES: '1',
  };
  const rclone = async (...args: readonly string[]): Promise<Finished> => {
    const done = await runChild(['rclone', ...args], { env });
    assert.equal(done.code, 0, done.stderr);
    return done;
  };
  const remote = `:webdav:${series}`;
  const [cold, warm] = [join(at.folder, 'cold'), join(at.folder, 'warm')];

  await rclone('copy', remote, cold);
  const names = readdirSync(cold).toSorted();
  assert.equal(names.filter((name) => name.startsWith('i-')).length, 4, names.join(' '));
  await rclone('copy', remote, warm);
  await rclone('check', remote, warm);
  for (const name of readdirSync(warm)) {
    const bytes = readFileSync(join(warm, name));
    assert.ok(bytes.length > 0, name);
    if (names.includes(name)) assert.deepEqual(bytes, readFileSync(join(cold, name)), name);
  }
  const long = await rclone('lsl', remote);
  for (const name of names) {
    const { length } = readFileSync(join(cold, name));
    assert.match(long.stdout, new RegExp(`^ *${length} .* ${name}$`, 'm'));
  }
  const cat = await rclone('cat', `${remote}/${names[0] ?? ''}`);
  assert.ok(cat.stdout.includes('DICM'));
}
