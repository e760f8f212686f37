import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { manualClock } from '../../../test/support/manual-clock.ts';
import type { ServerReport } from '../../keys/index.ts';
import { jsonLog } from '../../lib/log.ts';
import { clockNotes, watchClocks } from './clocks.ts';

const status = {
  name: 'a',
  seq: 0,
  digest: '',
  leaseRemainingMs: 0,
  acceptsShared: false,
  nowMs: 0,
};
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

test('clocks that differ are warned of in the log, at the start and again', async () => {
  const logged: string[] = [];
  const log = jsonLog({ write: (line) => void logged.push(line), nowMs: () => 0 });
  const clock = manualClock();
  const keyServers = { status: async () => reports(6_000, 6_100, 0) };
  const watching = watchClocks({ keyServers, threshold: 2, clock, log });
  for (const times of [1, 2]) {
    await setImmediate();
    assert.equal(logged.length, times);
    assert.match(logged.at(-1) ?? '', /gateway\.clock_off.*s0 \(6\.0 s\), s1/);
    clock.advance(600_000);
  }
  watching.stop();
});
