import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slashName } from '../test/support/certificates.ts';
import { keyServerNames, startInstallation } from '../test/support/gateway.ts';
import type { Contestant, Figure } from './figure.ts';
import type { KeysSettings } from './keys.child.ts';

const childScript = join(import.meta.dirname, 'keys.child.ts');

/** Keys by the batch and one by one: three key servers as processes, TLS, client certificates. */
export const keyBatches: Figure = {
  name: 'keys',
  title: '10,000 keys, 2 of 3 key servers, over TLS, start of the client included',
  goal: 'each batch in at most 3 s; one key p99 at most 5 ms',
  tools: [],
  rounds: 3,
  async prepare({ owner, folder, scale, rounds }) {
    const names = Array.from({ length: 2 * (rounds + 1) }, (_, index) => `reader-${index}`);
    const entry = (name: string): { readonly who: string; readonly rights: readonly string[] } => ({
      who: `user:x509:${slashName([
        ['DC', 'test'],
        ['DC', 'grid'],
        ['OU', 'people'],
        ['CN', name],
      ])}`,
      rights: ['list', 'read'],
    });
    const at = await startInstallation(owner, {
      tls: true,
      // Nobody is there, and nobody asks.
      pacs: [{ name: 'none', port: 9, aeTitle: 'NONE', retrieve: 'C-GET' }],
      collections: [
        { name: 'trial', delivery: 'sealed', formats: ['dcm'], policy: names.map(entry) },
      ],
    });
    const grid = at.grid;
    if (grid === undefined) throw new Error('TLS has certificates');
    const settingsFile = join(folder, 'keys.json');
    const times = join(folder, 'times.json');
    let used = 0;
    const prepare = async (): Promise<void> => {
      const name = names[used % names.length] ?? '';
      used += 1;
      const { certPath, keyPath } = await grid.addUser(name);
      const settings: KeysSettings = {
        servers: at.keyServers,
        authorities: readFileSync(grid.authorityPath, 'utf8'),
        producer: join(at.folder, 'gateway', 'clinical', 'keys', 'producer.pem'),
        certificate: certPath,
        key: keyPath,
        collection: 'trial',
        policyId: `${at.site}/trial`,
        count: Math.round(10_000 * scale),
        notes: join(folder, 'notes.json'),
        times,
      };
      writeFileSync(settingsFile, JSON.stringify(settings));
    };
    const contestant = (label: string, mode: string): Contestant => ({
      label,
      servers: () => keyServerNames.map((name) => at.service(name).pid),
      prepare,
      command: `${process.execPath} ${childScript} ${mode} ${settingsFile}`,
    });
    return {
      sizeBytes: 32 * 10_000 * scale,
      contestants: [
        contestant('made, split and deposited, 500 a call', 'deposit'),
        contestant('fetched, combined and checked', 'fetch'),
        contestant('500 of them fetched one by one', 'one'),
      ],
      verify: async () => undefined,
      absent: [],
      remarks: () => [timesOf(times)],
    };
  },
};

function timesOf(path: string): string {
  const times = (JSON.parse(readFileSync(path, 'utf8')) as number[]).toSorted((a, b) => a - b);
  const at = (part: number): string =>
    (times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0).toFixed(1);
  return `One key of the last round: p50 ${at(0.5)}, p99 ${at(0.99)}, most ${at(1)} ms, ${times.length} keys.`;
}
