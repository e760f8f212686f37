import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gatewayConfigSchema } from './gateway-config.ts';

/** What is said against a configuration whose PACS and receiver are as given; nothing: ''. */
function faultOf(
  pacs: Readonly<Record<string, unknown>>,
  receiver?: unknown,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const outcome = gatewayConfigSchema.safeParse({
    site: 'test',
    data: 'data',
    listen: {},
    pacs: [{ name: 'pacs', host: 'pacs.example', port: 104, aeTitle: 'PACS', ...pacs }],
    receiver,
    collections: [{ name: 'open', delivery: 'open' }],
    keyServers: {
      servers: [
        { name: 'a', url: 'https://a.example', signingKey: 'a.pub' },
        { name: 'b', url: 'https://b.example', signingKey: 'b.pub' },
      ],
    },
    ...more,
  });
  const issues = outcome.success ? [] : outcome.error.issues;
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
}

const receiver = { host: '0.0.0.0', port: 11_112, aeTitle: 'MDM' };

for (const everyone of ['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '::ffff:0.0.0.0/96']) {
  test(`a receiver that ${everyone} may send to is open to everyone, and refused`, () => {
    const fault = faultOf({ sendsFrom: ['192.0.2.7', everyone] }, receiver);
    assert.match(fault, /^pacs\.0\.sendsFrom\.1: .* opens the receiver to everyone/);
  });
}

for (const odd of ['pacs.example', '192.0.2.7/24', '192.0.2', '192.0.2.0/40', '']) {
  test(`"${odd}" is no address that a PACS sends from`, () => {
    assert.match(faultOf({ sendsFrom: [odd] }, receiver), /^pacs\.0\.sendsFrom\.0: an IP address/);
  });
}

test('addresses, blocks, AE titles and a PACS without Move Originator are settings', () => {
  const sendsFrom = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/48', '::ffff:192.0.2.8'];
  const pacs = { sendsFrom, sendsAs: ['PACS1', 'PACS2'], moveOriginator: 'absent' };
  assert.equal(faultOf(pacs, receiver), '');
  assert.match(faultOf({ sendsFrom: [] }), /sendsFrom/);
  assert.match(faultOf({ moveOriginator: 'sometimes' }), /moveOriginator/);
  assert.match(faultOf({ sendsAs: ['SEVENTEEN LETTERS'] }), /sendsAs/);
});

test('one list for all PACS is no setting: each is bound to what it is asked for', () => {
  assert.match(faultOf({}, { ...receiver, callingAeTitles: ['PACS'] }), /callingAeTitles/);
});

test('settings that cannot be together are refused with the place of the wrong one', () => {
  const one = { host: 'pacs.example', port: 104, aeTitle: 'PACS' };
  const pacs = [
    { ...one, name: 'a' },
    { ...one, name: 'a' },
  ];
  assert.equal(faultOf({}, receiver, { pacs }), 'pacs.1.name: "a" stands twice');
  const collections = [
    { name: 'lung', delivery: 'sealed' },
    { name: 'lung', delivery: 'open' },
  ];
  assert.equal(faultOf({}, receiver, { collections }), 'collections.1.name: "lung" stands twice');
  const move = { retrieve: 'C-MOVE' };
  assert.equal(faultOf(move, receiver), '');
  assert.match(faultOf(move), /^pacs\.0\.retrieve: C-MOVE needs the setting "receiver"$/);
  assert.match(faultOf({ ...move, associationsMax: 1 }, receiver), /^pacs\.0\.associationsMax: /);
  const port = 'receiver.port: is listen.port too; each needs its own';
  const at = (host: string) => ({ listen: { host, port: receiver.port } });
  assert.equal(faultOf({}, receiver, at('127.0.0.1')), port);
  assert.equal(faultOf({}, { ...receiver, host: '127.0.0.2' }, at('127.0.0.1')), '');
  assert.match(faultOf({}, undefined, at('192.0.2.1')), /^listen\.host: 192\.0\.2\.1 needs /);
  assert.equal(faultOf({}, undefined, { ...at('192.0.2.1'), trustDirectory: 'ca' }), '');
});
