import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spaceLines } from './space-lines.ts';

const store = { name: 'disk', usedBytes: 2e9, limitBytes: 10e9, freeBytes: 0 };

test('the space of a store is shown, and less of it than the limit promises is warned of', () => {
  const used = 'cache 2.0 GB of 10.0 GB';
  assert.deepEqual(spaceLines(store), [used]);
  const of = (freeBytes: number) => spaceLines({ ...store, disk: { freeBytes, keptBytes: 1e9 } });
  assert.deepEqual(of(9e9), [
    `${used}; disk 9.0 GB free, 1.0 GB of it kept for databases and audit`,
  ]);
  assert.match(
    of(8e9)[1] ?? '',
    /^warning: the disk has room for 7.0 GB, the limit promises 8.0 GB/,
  );
  assert.match(of(1e9)[1] ?? '', /^warning: the disk is full/);
  assert.match(of(5e8)[1] ?? '', /^warning: the disk is full/);
});
