import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { jsonLog } from '../../lib/log.ts';
import { RefusalLog } from './refusal-log.ts';

const reason = 'calling-ae-title-not-recognized';

test('the first refusal is told at once, the rest of its minute as a number', () => {
  const clock = manualClock();
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => lines.push(line), nowMs: () => 0 });
  const limits = { refusalPeriodMs: 60_000, refusalsHeldMax: 2 };
  const refusals = new RefusalLog({ log, clock, limits });
  const from = (remoteAddress: string): void =>
    refusals.add({ remoteAddress, callingAeTitle: 'EV\nIL\u2028\u0007"', reason, setting: 'a' });
  for (let count = 0; count < 500; count += 1) from('127.0.0.9');
  from('127.0.0.8');
  for (let count = 0; count < 7; count += 1) from(`127.0.1.${count}`);
  const said = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  assert.equal(said()[0]?.['callingAeTitle'], 'EV?IL??"');
  assert.equal(said()[0]?.['setting'], 'a');
  clock.advance(60_000);
  const more = said()
    .slice(2)
    .map((line) => [line['remoteAddress'], line['more']]);
  assert.deepEqual(more, [
    ['127.0.0.9', 499],
    ['others', 7],
  ]);
  from('127.0.0.9');
  assert.equal(said().at(-1)?.['more'], undefined, 'a new minute begins');
});
