import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { events } from '../../../src/dimse/upper-layer/event.ts';
import { formatTable } from '../../../src/dimse/upper-layer/format-table.ts';
import { states } from '../../../src/dimse/upper-layer/state.ts';
import { cells, step } from '../../../src/dimse/upper-layer/table.ts';

/** The table as it was laid beside the standard: `test/golden/state-table.txt`. */
const golden = readFileSync(new URL('../../golden/state-table.txt', import.meta.url), 'utf8');
const goldenRows = new Map(
  golden
    .split('\n')
    .filter((line) => line.startsWith('Evt'))
    .map((line) => {
      const [event, ...actions] = line.trim().split(/ +/);
      return [event, actions] as const;
    }),
);
/** Next state by action, from the list below the grid. */
const goldenNext = new Map(
  [...golden.matchAll(/^(\w\w-\d+) *-> (\S+)(?: (Sta\d+), else (Sta\d+))?/gm)].map((match) => [
    match[1],
    match[3] === undefined ? [match[2], match[2]] : [match[3], match[4]],
  ]),
);

test('PS3.8 Table 9-10: the table prints as the golden grid', () => {
  assert.equal(formatTable(), golden);
});

test('PS3.8 Table 9-10: 13 states x 19 events', () => {
  assert.equal(cells.length, 13 * 19);
  assert.equal(states.length * events.length, cells.length);
  assert.equal(cells.filter((cell) => cell.action !== undefined).length, 123);
});

for (const event of events) {
  for (const [column, state] of states.entries()) {
    const action = goldenRows.get(event)?.[column] ?? '?';
    if (action === '-') {
      test(`PS3.8 Table 9-10: ${state} + ${event} -> cannot happen`, () => {
        assert.deepEqual(step(state, event, { isRequestor: true }), { kind: 'illegal' });
      });
      continue;
    }
    const [yes, no] = goldenNext.get(action) ?? [];
    const name = yes === no ? yes : `${yes} or ${no}`;
    test(`PS3.8 Table 9-10: ${state} + ${event} -> ${action}, ${name}`, () => {
      const first = step(state, event, { isRequestor: true, isAcceptable: true });
      const second = step(state, event, { isRequestor: false, isAcceptable: false });
      assert(first.kind === 'step' && second.kind === 'step');
      assert.deepEqual([first.action, first.next], [action, yes]);
      assert.deepEqual([second.action, second.next], [action, no]);
    });
  }
}

test('PS3.8 Table 9-6: AE-6 rejects what the upper layer cannot accept', () => {
  const refused = step('Sta2', 'Evt6', { isRequestor: false, isAcceptable: false });
  assert(refused.kind === 'step');
  assert.deepEqual(
    refused.effects.map((effect) => effect.kind),
    ['stop-artim', 'send', 'start-artim'],
  );
});
