import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seededRandom } from '../../../test/support/seeded-random.ts';
import { tempFolder } from '../../../test/support/temp.ts';
import { createSpill, type SpillPlace } from './spill-file.ts';

test('pieces come back in any order, and the folder shows no file', async (t) => {
  const folder = join(await tempFolder(t), 'spill');
  const file = await createSpill({ folder, random: seededRandom(1) }).create();
  const pieces = [1, 4096, 0, 70_000].map((length, at) => new Uint8Array(length).fill(at + 1));
  const places = [];
  for (const piece of pieces) places.push(await file.write(piece));
  assert.deepEqual(readdirSync(folder), []);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const at of [3, 0, 2, 1]) {
    const place: SpillPlace | undefined = places[at];
    assert.ok(place !== undefined);
    assert.deepEqual(new Uint8Array(await file.read(place)), pieces[at]);
  }
  await file.close();
});

test('what rests on disk is sealed, each piece by itself', async (t) => {
  const folder = join(await tempFolder(t), 'spill');
  const file = await createSpill({ folder, random: seededRandom(1) }).create();
  const [path = ''] = openWithoutName(folder);
  const piece = new Uint8Array(1024).fill(7);
  await file.write(piece);
  await file.write(piece);
  const onDisk = readFileSync(path);
  assert.equal(onDisk.length, 2 * (1024 + 16));
  assert.ok(!onDisk.includes(Buffer.from(piece.subarray(0, 16))));
  assert.notDeepEqual(onDisk.subarray(0, 1040), onDisk.subarray(1040));
  await file.close();
});

/** Under which paths this process can read what it has open of a folder, and what has no name there. */
function openWithoutName(folder: string): readonly string[] {
  const paths = readdirSync('/proc/self/fd').map((fd) => `/proc/self/fd/${fd}`);
  return paths.filter((path) => {
    const target = targetOf(path);
    return target.startsWith(folder) && target.endsWith(' (deleted)');
  });
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
