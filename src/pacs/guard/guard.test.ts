import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { createGuard, type Guard, type Permit, type Priority } from './index.ts';

const work = (associations: 1 | 2 = 1, priority: Priority = 'interactive') => ({
  associations,
  priority,
});

const codeFrom = (pending: Promise<unknown>): Promise<string | undefined> =>
  pending.then(
    () => 'admitted',
    (error: unknown) => codeOf(error) ?? String(error),
  );

async function fail(guard: Guard): Promise<void> {
  const permit = await guard.admit(work());
  permit.report('failed');
  permit.release();
}

test('no more associations are open than the cap, and interactive work goes first', async () => {
  const guard = createGuard({ clock: manualClock(), limits: { associationsMax: 2 } });
  const first = await guard.admit(work(2));
  const order: string[] = [];
  const waits = (
    [
      ['bulk 1', 'bulk'],
      ['bulk 2', 'bulk'],
      ['reader', 'interactive'],
    ] as const
  ).map(async ([name, priority]) => {
    const permit = await guard.admit(work(1, priority));
    order.push(name);
    return permit;
  });
  assert.deepEqual([guard.status().associationsOpen, guard.status().waiting], [2, 3]);
  first.release();
  const [bulk1, , reader] = waits;
  await Promise.all([bulk1, reader]);
  assert.deepEqual(order, ['reader', 'bulk 1']);
  assert.equal(guard.status().associationsOpen, 2);
  (await reader)?.release();
  await Promise.all(waits);
  assert.equal(guard.status().waiting, 0);
});

test('work that needs more than the cap runs alone', async () => {
  const guard = createGuard({ clock: manualClock() });
  const one = await guard.admit(work(1));
  const two = guard.admit(work(2));
  assert.equal(guard.status().waiting, 1);
  one.release();
  const permit = await two;
  assert.equal(guard.status().associationsOpen, 2);
  permit.release();
});

test('a pause admits nothing, resume goes on', async () => {
  const guard = createGuard({ clock: manualClock() });
  guard.pause();
  const pending = guard.admit(work());
  assert.deepEqual([guard.status().isPaused, guard.status().waiting], [true, 1]);
  guard.resume();
  (await pending).release();
});

test('who gives up waiting leaves the queue', async () => {
  const guard = createGuard({ clock: manualClock() });
  const permit = await guard.admit(work());
  const stop = new AbortController();
  const waiting = guard.admit({ ...work(), signal: stop.signal });
  stop.abort(new Error('left'));
  await assert.rejects(waiting, /left/);
  assert.equal(guard.status().waiting, 0);
  permit.release();
});

test('too many waiting are refused', async () => {
  const guard = createGuard({ clock: manualClock(), limits: { waitingMax: 1 } });
  const permit = await guard.admit(work());
  const waiting = guard.admit(work());
  assert.equal(await codeFrom(guard.admit(work())), 'PACS_BUSY');
  permit.release();
  (await waiting).release();
});

test('after three failures the PACS is left alone for 30 s, then 60 s, then tried by one', async () => {
  const clock = manualClock();
  const guard = createGuard({ clock });
  for (let failure = 0; failure < 3; failure += 1) await fail(guard);
  assert.equal(guard.status().circuit, 'open');
  assert.equal(await codeFrom(guard.admit(work())), 'PACS_CIRCUIT_OPEN');
  clock.advance(29_999);
  assert.equal(await codeFrom(guard.admit(work())), 'PACS_CIRCUIT_OPEN');
  clock.advance(1);
  assert.equal(guard.status().circuit, 'half-open');
  const trial = await guard.admit(work());
  assert.equal(await codeFrom(guard.admit(work())), 'PACS_CIRCUIT_OPEN');
  trial.report('failed');
  trial.release();
  clock.advance(30_000);
  assert.equal(guard.status().circuit, 'open');
  clock.advance(30_000);
  const second = await guard.admit(work());
  second.report('succeeded');
  assert.deepEqual([guard.status().circuit, guard.status().failures], ['closed', 0]);
  second.release();
});

test('when the circuit opens, those who wait are told at once', async () => {
  const guard = createGuard({ clock: manualClock(), limits: { failuresToOpen: 1 } });
  const permit: Permit = await guard.admit(work());
  const waiting = codeFrom(guard.admit(work()));
  permit.report('failed');
  assert.equal(await waiting, 'PACS_CIRCUIT_OPEN');
  permit.release();
});
