/** Strangers, and callers without manners, against a gateway: everybody else is answered meanwhile. */
import { test } from 'node:test';
import { listSeries } from '../support/scripted-pacs.ts';
import { type Attack, floodsTimeoutMs, startAttackSite } from './attack-site.ts';

const silent = { addresses: 5, lanes: 600 } as const;
const busy = { addresses: 5, lanes: 16 } as const;

const attacks: readonly Omit<Attack, 'victim'>[] = [
  { flood: 'connections that say nothing', ...silent },
  { flood: 'half a TLS handshake, a byte a second', ...silent },
  { flood: 'half a header, a byte a second', ...silent },
  { flood: 'whole TLS handshakes', ...busy },
  { flood: 'requests of nobody on one connection', ...busy },
  { flood: 'pipelined requests, no answer read', ...busy },
  { flood: 'unknown expectations, pipelined, no answer read', ...busy },
  { flood: 'SOAP of nobody', ...busy },
  { flood: 'SOAP of nobody, a megabyte', ...busy },
  { flood: 'tokens of 15 KiB', ...busy },
  { flood: 'associations of nobody', door: 'receiver', ...busy },
];

test('a gateway under floods serves who is not of them', {
  timeout: floodsTimeoutMs,
}, async (t) => {
  const at = await startAttackSite(t, listSeries({ slices: 4 }));
  for (const attack of attacks)
    await t.test(attack.flood, (one) => at.endure(one, { victim: 'gateway', ...attack }));
  await t.test('pipelined requests of a caller', (one) =>
    at.endure(one, {
      victim: 'gateway',
      flood: 'pipelined requests, no answer read',
      authorization: `Bearer ${at.tokenOf('alice')}`,
      ...busy,
    }),
  );
});
