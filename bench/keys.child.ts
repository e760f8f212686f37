import { readFileSync, writeFileSync } from 'node:fs';
import {
  createKeyServers,
  type KeyDeposit,
  type KeyLine,
  type KeyRequest,
  type KeyServers,
} from '../src/keys/index.ts';
import { systemClock } from '../src/lib/clock.ts';
import { silentLog } from '../src/lib/log.ts';
import { systemRandom } from '../src/lib/random.ts';
import { Sensitive } from '../src/lib/sensitive.ts';
import { signingKeyFile } from '../src/node/secrets/key-files.ts';
import { isKeyPair, newRecipientKeyPair, wipe } from '../src/seal/index.ts';

// A producer and a reader of the key servers, over TLS, for the bench.
// usage: keys.child.ts deposit|fetch|one <settings.json>

/** What the figure tells it. */
export interface KeysSettings {
  readonly servers: readonly { readonly name: string; readonly url: string }[];
  readonly authorities: string;
  /** PEM file of the producer. */
  readonly producer: string;
  /** PEM files of the reader. */
  readonly certificate: string;
  readonly key: string;
  readonly collection: string;
  readonly policyId: string;
  readonly count: number;
  /** Where what was deposited is noted for the reader. */
  readonly notes: string;
  /** Where the reader of one key at a time writes its times, in ms. */
  readonly times: string;
}

const perCall = 500;
const oneByOne = 500;

const [mode = '', path = ''] = process.argv.slice(2);
const settings = JSON.parse(readFileSync(path, 'utf8')) as KeysSettings;
const { servers, authorities } = settings;
const keys = createKeyServers({
  servers: servers.map(({ name, url }) => ({ name, baseUrl: url, authorities })),
  threshold: 2,
  producer: signingKeyFile(settings.producer, settings.producer),
  clock: systemClock,
  log: silentLog,
});
const shown = {
  kind: 'certificate',
  certificate: readFileSync(settings.certificate, 'utf8'),
  privateKey: new Sensitive(readFileSync(settings.key, 'utf8')),
} as const;
const credential = { for: () => shown };

const run = { deposit, fetch, one }[mode];
if (run === undefined) throw new Error(`no mode ${mode}`);
await run(keys);
keys.close();

/** Keys of one series: each of an instance of its own. */
function lineOf(index: number): KeyLine {
  const { collection } = settings;
  return { collection, subject: 'p-1', study: 't-1', series: 's-1', stem: `i-${index}` };
}

async function deposit(to: KeyServers): Promise<void> {
  const made = Array.from({ length: settings.count }, (_, index): KeyDeposit => {
    const keyId = Buffer.from(systemRandom.bytes(16)).toString('hex');
    const { policyId } = settings;
    const recipient = newRecipientKeyPair(systemRandom);
    const version = { version: 1, generation: 1 } as const;
    return { keyId, guid: keyId, ...version, of: lineOf(index), policyId, recipient };
  });
  for (let at = 0; at < made.length; at += perCall) {
    await to.deposit(made.slice(at, at + perCall), {});
  }
  const notes = made.map(({ keyId, of, recipient }) => ({
    keyId,
    of,
    recipientPublicKey: Buffer.from(recipient.publicKey).toString('base64'),
  }));
  writeFileSync(settings.notes, JSON.stringify(notes));
}

function wanted(): readonly KeyRequest[] {
  const notes = JSON.parse(readFileSync(settings.notes, 'utf8')) as readonly (Omit<
    KeyRequest,
    'recipientPublicKey'
  > & { readonly recipientPublicKey: string })[];
  return notes.map((note) => ({
    ...note,
    recipientPublicKey: Buffer.from(note.recipientPublicKey, 'base64'),
  }));
}

async function take(from: KeyServers, batch: readonly KeyRequest[]): Promise<void> {
  const fetched = await from.fetch(batch, credential, {});
  for (const { keyId, recipientPublicKey } of batch) {
    const key = fetched.keys.get(keyId);
    if (key === undefined || !isKeyPair(key, recipientPublicKey)) throw new Error(`no ${keyId}`);
    wipe(key);
  }
}

async function fetch(from: KeyServers): Promise<void> {
  await take(from, wanted());
}

async function one(from: KeyServers): Promise<void> {
  const times: number[] = [];
  const all = wanted().slice(0, oneByOne);
  // Connections are made, and code is compiled, by the first.
  for (const each of all.slice(0, 20)) await take(from, [each]);
  for (const each of all) {
    const startMs = performance.now();
    await take(from, [each]);
    times.push(performance.now() - startMs);
  }
  writeFileSync(settings.times, JSON.stringify(times));
}
