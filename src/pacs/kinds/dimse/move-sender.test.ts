import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../../../test/support/manual-clock.ts';
import { type AddressBytes, parseAddress } from '../../../lib/address/address.ts';
import { parseAddressRange } from '../../../lib/address/address-range.ts';
import { codeOf } from '../../../lib/errors/mdm-error.ts';
import { pacsLimits } from '../../limits.ts';
import { MoveSender } from './move-sender.ts';

const addresses = (...texts: readonly string[]): AddressBytes[] =>
  texts.map((text) => parseAddress(text) ?? assert.fail(text));

const at = { pacs: 'pacs', callingAeTitles: ['PACS'] };

test('a PACS named by its address sends from there, in either form', async () => {
  const sender = new MoveSender({ ...at, host: '192.0.2.7', clock: manualClock() });
  assert.ok(sender.isAt('192.0.2.7') && sender.isAt('::ffff:192.0.2.7'));
  assert.ok(!sender.isAt('192.0.2.8') && !sender.isAt('') && !sender.isAt('::1'));
});

test('what is listed counts instead of the host', async () => {
  const sendsFrom = ['192.0.2.0/24', '2001:db8::/64'].map(
    (text) => parseAddressRange(text) ?? assert.fail(),
  );
  const resolve = (): never => assert.fail('nothing is looked up');
  const options = { ...at, host: 'pacs.example', sendsFrom, resolve, clock: manualClock() };
  const sender = new MoveSender(options);
  await sender.refresh();
  assert.ok(sender.isAt('192.0.2.200') && sender.isAt('2001:db8::7'));
  assert.ok(!sender.isAt('198.51.100.1'));
});

test('a host name is looked up anew, and its last addresses stay when it cannot be', async () => {
  let answer = async (): Promise<AddressBytes[]> => addresses('192.0.2.7', '2001:db8::7');
  const options = { ...at, host: 'pacs.example', resolve: () => answer(), clock: manualClock() };
  const sender = new MoveSender(options);
  assert.ok(!sender.isAt('192.0.2.7'), 'not before it is known');
  await sender.refresh();
  assert.ok(sender.isAt('192.0.2.7') && sender.isAt('2001:db8::7'));
  answer = async () => addresses('192.0.2.8');
  await sender.refresh();
  assert.ok(sender.isAt('192.0.2.8') && !sender.isAt('192.0.2.7'));
  answer = () => Promise.reject(new Error('ENOTFOUND'));
  await sender.refresh();
  assert.ok(sender.isAt('192.0.2.8'));
});

test('a name that never was resolved lets nobody in, and a silent resolver is not waited for', async () => {
  const clock = manualClock();
  const resolve = (): Promise<never> => new Promise(() => {});
  const sender = new MoveSender({ ...at, host: 'pacs.example', resolve, clock });
  const refreshed = sender.refresh().then(
    () => 'resolved',
    (error: unknown) => codeOf(error),
  );
  clock.advance(pacsLimits.resolveMs);
  assert.equal(await refreshed, 'PACS_UNREACHABLE');
  assert.ok(!sender.isAt('192.0.2.7'));
});
