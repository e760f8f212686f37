import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyserverLimits } from './limits.ts';
import { StrangerBodies } from './stranger-bodies.ts';

const limited = { code: 'KEYSERVER_RATE_LIMITED' };
const { strangerBodiesMax, strangerBodiesPerAddressMax, strangerBodySizeMax } = keyserverLimits;

test('of large bodies of strangers few are read at a time, of one address fewer', () => {
  const bodies = new StrangerBodies();
  const takeAll = (address: string): (() => void)[] =>
    Array.from({ length: strangerBodiesPerAddressMax }, () => bodies.take(address, undefined));
  const [end] = takeAll('a');
  assert.throws(() => bodies.take('a', strangerBodySizeMax + 1), limited);
  bodies.take('a', strangerBodySizeMax);
  end?.();
  bodies.take('a', undefined);
  const others = strangerBodiesMax / strangerBodiesPerAddressMax - 1;
  for (let n = 0; n < others; n += 1) takeAll(`b${n}`);
  assert.throws(() => bodies.take('c', undefined), limited);
});
