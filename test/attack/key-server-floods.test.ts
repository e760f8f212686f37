/** Strangers against a key server: everybody else is answered meanwhile, in time; memory is bounded. */
import { test } from 'node:test';
import { listSeries } from '../support/scripted-pacs.ts';
import { type Attack, floodsTimeoutMs, startAttackSite } from './attack-site.ts';

const silent = { addresses: 1, lanes: 600 } as const;
const busy = { addresses: 5, lanes: 16 } as const;

const attacks: readonly Omit<Attack, 'victim'>[] = [
  { flood: 'connections that say nothing', ...silent },
  { flood: 'half a TLS handshake, a byte a second', ...silent },
  { flood: 'half a header, a byte a second', ...silent },
  { flood: 'whole TLS handshakes', ...busy },
  { flood: 'requests of nobody on one connection', ...busy },
  { flood: 'deposits of four megabytes', ...busy },
  { flood: 'policy entries of four megabytes', ...busy },
];

test('a key server under floods serves who is not of them', {
  timeout: floodsTimeoutMs,
}, async (t) => {
  const at = await startAttackSite(t, listSeries({ slices: 4 }));
  for (const attack of attacks)
    await t.test(attack.flood, (one) => at.endure(one, { victim: 'hospital', ...attack }));
});
