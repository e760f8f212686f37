import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../test/support/manual-clock.ts';
import { silentLog } from '../lib/log.ts';
import { auditLimits } from './limits.ts';
import { type CountedRefusal, createRefusalCount } from './refusal-count.ts';

const probe = { caller: 'user:bob', address: '192.0.2.7', code: 'FILES_NOT_FOUND' };

function open(options: { readonly record?: () => Promise<void> } = {}) {
  const clock = manualClock();
  const records: string[] = [];
  const record = ({ refusal, count }: CountedRefusal): Promise<void> => {
    const { caller = 'anonymous', address, code } = refusal ?? { address: '', code: 'several' };
    records.push(`${count} ${caller} ${address} ${code}`.replaceAll('  ', ' '));
    return options.record?.() ?? Promise.resolve();
  };
  const limits = { ...auditLimits, refusalKindsMax: 3 };
  const count = createRefusalCount({ record, clock, log: silentLog, limits });
  return { clock, count, taken: () => records.splice(0) };
}

test('the first refusal is recorded at once, those after it as one number a minute', () => {
  const { clock, count, taken } = open();
  count.note(probe);
  assert.deepEqual(taken(), ['1 user:bob 192.0.2.7 FILES_NOT_FOUND']);
  for (let at = 0; at < 41; at++) count.note(probe);
  assert.deepEqual(taken(), []);
  clock.advance(60_000);
  assert.deepEqual(taken(), ['41 user:bob 192.0.2.7 FILES_NOT_FOUND']);
  clock.advance(600_000);
  assert.deepEqual(taken(), []);
  assert.equal(clock.pending(), 0);
  count.note(probe);
  assert.deepEqual(taken(), ['1 user:bob 192.0.2.7 FILES_NOT_FOUND']);
});

test('each caller, address and code is counted by itself, and beyond a bound all others together', () => {
  const { clock, count, taken } = open();
  count.note(probe);
  count.note({ ...probe, caller: undefined });
  count.note({ ...probe, address: '192.0.2.8' });
  assert.equal(taken().length, 3);
  for (let at = 0; at < 1_000; at++) count.note({ ...probe, code: `CODE_${at}` });
  assert.deepEqual(taken(), []);
  clock.advance(60_000);
  assert.deepEqual(taken(), ['1000 anonymous several']);
});

test('a record that cannot be written, or not yet, holds up nothing; the end waits for it', async () => {
  const gate = Promise.withResolvers<void>();
  const { count, taken } = open({ record: () => gate.promise });
  count.note(probe);
  count.note(probe);
  const closed = count.close();
  count.note(probe);
  assert.deepEqual(
    taken().map((line) => line[0]),
    ['1', '1'],
  );
  gate.reject(new Error('disk'));
  await closed;
});
