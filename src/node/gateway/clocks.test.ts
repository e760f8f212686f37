import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerReport } from '../../keys/index.ts';
import { clockNotes } from './clocks.ts';

const status = { name: 'a', seq: 0, digest: '', leaseRemainingMs: 0, nowMs: 0 };
const reports = (...offsets: readonly (number | undefined)[]): readonly ServerReport[] =>
  offsets.map((clockOffsetMs, at) =>
    clockOffsetMs === undefined
      ? { name: `s${at}`, reachable: false, code: 'KEYS_SERVER_UNREACHABLE' }
      : { name: `s${at}`, reachable: true, status, clockOffsetMs },
  );

test('a clock that differs from those of k key servers is ours, from fewer it is theirs', () => {
  assert.deepEqual(clockNotes(reports(0, 5_000, -5_000, undefined), 2), []);
  const [ours] = clockNotes(reports(6_000, 6_100, 0), 2);
  assert.match(ours ?? '', /^this machine's clock differs from s0 \(6\.0 s\), s1 \(6\.1 s\);/);
  const [theirs] = clockNotes(reports(0, -90_000, 0), 2);
  assert.match(theirs ?? '', /^clocks that differ from ours: s1 \(-90\.0 s\);/);
});
