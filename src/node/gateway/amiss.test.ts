import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyServerAmiss, pacsAmiss } from './amiss.ts';

test('a key server that can be reached and has no lease is amiss', () => {
  const report = (leaseRemainingMs: number) => ({
    name: 'a',
    reachable: true as const,
    status: { name: 'a', seq: 6, digest: '', leaseRemainingMs, acceptsShared: false, nowMs: 0 },
    clockOffsetMs: 0,
  });
  assert.deepEqual(keyServerAmiss(report(1)), []);
  assert.match(keyServerAmiss(report(0)).join(), /^key server a gives no shares: /);
  const away = { name: 'b', reachable: false, code: 'KEYS_SERVER_UNREACHABLE' } as const;
  assert.deepEqual(keyServerAmiss(away), ['key server b does not answer']);
});

test('an archive whose last walk failed is amiss, though its circuit is closed', () => {
  const pacs = { name: 'a', circuit: 'closed', failure: undefined };
  assert.deepEqual(pacsAmiss(pacs), []);
  const failed = pacsAmiss({ ...pacs, failure: 'PACS_REJECTED' });
  assert.deepEqual(failed, ['PACS a: the last walk failed (PACS_REJECTED)']);
  assert.match(pacsAmiss({ ...pacs, circuit: 'open', failure: 'X' }).join(), /left alone/);
});
