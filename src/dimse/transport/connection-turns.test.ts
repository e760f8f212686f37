import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../test/support/manual-clock.ts';
import { ConnectionTurns } from './connection-turns.ts';

const limits = {
  halfKnownPerAddressMax: 2,
  strangersMax: 3,
  connectionsWaitingMax: 4,
  strangersBurst: 5,
  strangersPerSecond: 10,
  networksTrackedMax: 9,
};

/** Lets connections come and go, and notes what became of each. */
class Door {
  readonly clock = manualClock();
  readonly turns = new ConnectionTurns({
    clock: this.clock,
    limits,
    isExpected: (address) => address.startsWith('10.'),
  });
  readonly fates = new Map<string, string>();
  readonly #leave = new Map<string, () => void>();

  come(...names: readonly string[]): this {
    for (const name of names) {
      this.fates.set(name, 'waits');
      const leave = this.turns.enter({
        remoteAddress: name.slice(0, -1),
        begin: () => void this.fates.set(name, 'served'),
        drop: () => void this.fates.set(name, 'dropped'),
      });
      this.#leave.set(name, leave);
    }
    return this;
  }

  go(...names: readonly string[]): this {
    for (const name of names) this.#leave.get(name)?.();
    for (const name of names) this.#leave.get(name)?.(); // twice is once
    return this;
  }

  fate(...names: readonly string[]): string {
    return names.map((name) => this.fates.get(name)).join(' ');
  }
}

test('beyond the bound of its address a connection waits, and begins in its turn', () => {
  const door = new Door().come('192.0.2.1a', '192.0.2.1b', '192.0.2.1c', '192.0.2.1d');
  assert.equal(door.fate('192.0.2.1a', '192.0.2.1c', '192.0.2.1d'), 'served waits waits');
  door.go('192.0.2.1a');
  assert.equal(door.fate('192.0.2.1c', '192.0.2.1d'), 'served waits');
});

test('one address keeps out no other', () => {
  const door = new Door().come('192.0.2.1a', '192.0.2.1b', '192.0.2.1c', '192.0.2.2a');
  assert.equal(door.fate('192.0.2.2a'), 'served');
});

test('strangers together keep out no address that is expected', () => {
  const strangers = ['192.0.2.1a', '192.0.2.1b', '192.0.2.2a', '192.0.2.2b', '192.0.2.3a'];
  const door = new Door().come(...strangers, '10.0.0.1a', '10.0.0.1b', '10.0.0.1c');
  assert.equal(door.fate('192.0.2.2a', '192.0.2.2b', '192.0.2.3a'), 'served waits waits');
  assert.equal(door.fate('10.0.0.1a', '10.0.0.1b', '10.0.0.1c'), 'served served waits');
  door.go('10.0.0.1b');
  assert.equal(door.fate('10.0.0.1c', '192.0.2.2b'), 'served waits');
});

test('turns go round the addresses that wait', () => {
  const door = new Door().come('192.0.2.1a', '192.0.2.1b', '192.0.2.2a', '192.0.2.1c');
  door.come('192.0.2.1d', '192.0.2.3a').go('192.0.2.1a', '192.0.2.1b');
  assert.equal(door.fate('192.0.2.3a', '192.0.2.1c', '192.0.2.1d'), 'served served waits');
});

test('more than may wait are dropped, of strangers only', () => {
  const many = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `192.0.2.1${name}`);
  const door = new Door().come(...many, '10.0.0.1a');
  assert.equal(door.fate(...many.slice(5)), 'waits dropped');
  assert.equal(door.fate('10.0.0.1a'), 'served');
});

test('the addresses of one IPv6 network count as one', () => {
  const door = new Door().come('2001:db8::1a', '2001:db8::2a', '2001:db8::3a');
  assert.equal(door.fate('2001:db8::1a', '2001:db8::2a', '2001:db8::3a'), 'served served waits');
});

test('who leaves while waiting frees no turn that it did not have', () => {
  const door = new Door().come('192.0.2.1a', '192.0.2.1b', '192.0.2.1c', '192.0.2.1d');
  door.go('192.0.2.1c');
  assert.equal(door.fate('192.0.2.1d'), 'waits');
  door.go('192.0.2.1b');
  assert.equal(door.fate('192.0.2.1c', '192.0.2.1d'), 'waits served');
});

test('strangers of one address begin at their pace; who is expected has none', () => {
  const door = new Door();
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((end) => `192.0.2.1${end}`);
  for (const name of names) door.come(name).go(name);
  const [, , , , fifth = '', sixth = '', seventh = ''] = names;
  assert.equal(door.fate(fifth, sixth, seventh), 'served waits waits');
  assert.equal(door.clock.pending(), 0, 'who left waits for nothing');
  door.come('192.0.2.1h', '192.0.2.1i', '192.0.2.2a');
  assert.equal(door.fate('192.0.2.1h', '192.0.2.1i', '192.0.2.2a'), 'waits waits served');
  door.clock.advance(100);
  assert.equal(door.fate('192.0.2.1h', '192.0.2.1i'), 'served waits');
  door.clock.advance(100);
  assert.equal(door.fate('192.0.2.1i'), 'served');
  const expected = names.map((name) => name.replace('192.0.2.1', '10.0.0.1'));
  for (const name of expected) door.come(name).go(name);
  assert.deepEqual([...new Set(expected.map((name) => door.fate(name)))], ['served']);
});
