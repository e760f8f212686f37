/**
 * What the original system was known to do wrong, and the tests that would fail if ours did it again. Those that need no
 * installation are here; of the others the list names file and title. `MDM_LONG=1`: a million keys.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openSqlite } from '../../src/db/index.ts';
import { type KeyDeposit, keyServerPath } from '../../src/keys/index.ts';
import { combineShares, splitSecret } from '../../src/keys/shares/threshold-shares.ts';
import { lineText } from '../../src/keys/wire/place.ts';
import { type KeyServerSchema, migrations } from '../../src/keyserver/store/schema.ts';
import { concatBytes, equalBytes } from '../../src/lib/bytes/bytes.ts';
import {
  newRecipientKeyPair,
  openHeader,
  openSegments,
  sealedLayout,
} from '../../src/seal/index.ts';
import { projectRoot } from '../../tools/project-root.ts';
import { sealFile } from '../support/seal-file.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { tempFolder } from '../support/temp.ts';
import {
  line,
  newDeposit,
  putTrial,
  serverNames,
  startTrio,
  type Trio,
  tokenOf,
} from './keyserver-fixture.ts';

interface Defect {
  readonly was: string;
  /** Title by file. */
  readonly tests: Readonly<Record<string, string>>;
}

const here = 'test/integration/original-defects.test.ts';

const defects: readonly Defect[] = [
  {
    was: 'words fff1 to ffff of a key came back as others (0.18 % of keys of 128 bits)',
    tests: {
      [here]: 'no key is lost',
      'src/keys/original/join-shares.test.ts': 'of all words, those that the original lost',
    },
  },
  {
    was: 'a wrong key, or damaged bytes, gave garbage without an error',
    tests: {
      [here]: 'a wrong key, a damaged byte, a swapped or a missing segment is noticed',
      'src/seal/own/own-files.test.ts': 'any changed byte and any other key is noticed',
    },
  },
  {
    was: 'one key sealed several files with one initialisation vector',
    tests: {
      'src/seal/crypt4gh/header.test.ts': 'every production has its own data key',
      'src/seal/own/own-files.test.ts': 'two files have nothing in common',
    },
  },
  {
    was: 'a batch of keys was given when one of them was allowed',
    tests: { [here]: 'of a batch only what is allowed comes, key by key' },
  },
  {
    was: 'administrators read shares',
    tests: {
      [here]: 'who may do everything else but read gets no share',
      // The operator of the installation is among those who are refused.
      'test/e2e/mdm-own-keys.test.ts': 'register, encrypt, decrypt, acl, chmod, get, unregister',
    },
  },
  {
    was: 'nobody knew who had read a key',
    tests: { [here]: 'every read of a key is on record, one that was refused too' },
  },
  {
    was: 'all key servers were needed to make a key',
    tests: {
      'test/integration/keyserver-trio.test.ts': 'one server stopped changes nothing',
    },
  },
  {
    was: 'a share that was wrong gave a wrong key',
    tests: {
      'src/keys/fetch/recover-key.test.ts': 'up to n-k lying servers of any kind',
      'test/integration/keyserver-trio.test.ts': 'a server that lies is made up for and named',
    },
  },
  {
    was: 'rights at the catalogue were not those at the storage and at the key servers',
    tests: {
      'test/e2e/mdm-revoke.test.ts': 'grant and revoke hold at the doors and at the key servers',
    },
  },
  {
    was: 'a stack with missing or uneven slices was a volume without a word',
    tests: { 'src/volume/faults.test.ts': 'where slices lack, it is known behind which places' },
  },
];

test('each defect of the original has a test that is there', () => {
  for (const { was, tests } of defects) {
    for (const [file, title] of Object.entries(tests)) {
      const text = readFileSync(join(projectRoot, file), 'utf8');
      assert.ok(text.includes(`test('${title}`), `${was}: ${file} has no test '${title}...'`);
    }
  }
});

const nameOf = (who: string): string => `user:token:test#${who}`;
const keyOf = ({ keyId, recipient }: KeyDeposit) => ({
  keyId,
  of: line,
  recipientPublicKey: recipient.publicKey,
});

async function twoKeys(t: TestContext): Promise<{
  readonly trio: Trio;
  readonly own: KeyDeposit;
  readonly others: KeyDeposit;
}> {
  const trio = await startTrio(t, await tempFolder(t));
  const feed = trio.feed();
  const entries = [
    { who: nameOf('bob'), rights: ['read'] as const },
    {
      who: nameOf('alice'),
      rights: ['list', 'read-metadata', 'write-metadata', 'change-permissions', 'delete'] as const,
    },
  ];
  const policy = { id: 'other', version: 1, collection: 'trial', entries };
  await feed.append([...putTrial(1, nameOf('alice')), { kind: 'policy', policy }]);
  await feed.beat();
  const [own, others] = [newDeposit('k-own'), newDeposit('k-others', { policyId: 'other' })];
  await trio.keys().deposit([own, others], {});
  return { trio, own, others };
}

test('of a batch only what is allowed comes, key by key', async (t) => {
  const { trio, own, others } = await twoKeys(t);
  for (const batch of [
    [own, others],
    [others, own],
  ]) {
    const fetched = await trio.keys().fetch(batch.map(keyOf), tokenOf('alice'), {});
    assert.deepEqual([...fetched.keys], [['k-own', own.recipient.privateKey]]);
    assert.equal(fetched.failures.get('k-others')?.code, 'KEYS_FORBIDDEN');
  }
});

test('who may do everything else but read gets no share', async (t) => {
  const { trio, others } = await twoKeys(t);
  const { baseUrl = '' } = trio.addresses[0] ?? {};
  const asked = await fetch(new URL(keyServerPath.shares, baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer alice' },
    body: JSON.stringify({ keys: [{ keyId: others.keyId, line: lineText(line) }] }),
  });
  assert.deepEqual(await asked.json(), { shares: [{ keyId: others.keyId, record: null }] });
});

test('every read of a key is on record, one that was refused too', async (t) => {
  const { trio, own, others } = await twoKeys(t);
  await trio.keys().fetch([own, others].map(keyOf), tokenOf('alice'), {});
  for (const server of trio.servers) await server.close();
  const records = await Promise.all(
    serverNames.map(async (name) => {
      const path = join(trio.root, name, 'keyserver.db');
      const db = await openSqlite<KeyServerSchema>({ path, migrations });
      const rows = await db.query.selectFrom('audit').select('event').orderBy('seq').execute();
      await db.close();
      return rows.map(({ event }) => JSON.parse(event) as Record<string, unknown>);
    }),
  );
  const reads = records.map((events) => events.filter(({ kind }) => kind === 'shares'));
  const subject = 'token:test#alice';
  const read = {
    kind: 'shares',
    subject,
    method: 'token',
    released: ['k-own'],
    refused: ['k-others'],
  };
  // As many as are needed are asked, and one more for what they refused.
  assert.ok(reads.flat().length >= 2);
  for (const [first] of reads.filter((events) => events.length > 0).slice(0, 2))
    assert.deepEqual(first, read);
});

test('no key is lost: not one of all words of 16 bits, nor of a million random keys', async () => {
  const words = new Uint16Array(65_536).map((_, word) => word);
  await assertKept(new Uint8Array(words.buffer));
  const random = seededRandom('keys');
  const count = process.env['MDM_LONG'] === '1' ? 1_000_000 : 2_000;
  for (let done = 0; done < count; done++) await assertKept(random.bytes(16));
});

async function assertKept(key: Uint8Array): Promise<void> {
  const [first, , third] = await splitSecret(key, { count: 3, threshold: 2 });
  assert.ok(first !== undefined && third !== undefined);
  assert.ok(equalBytes(await combineShares([third, first]), key));
}

test('a wrong key, a damaged byte, a swapped or a missing segment is noticed every time', async () => {
  const random = seededRandom('file');
  const recipient = newRecipientKeyPair(random);
  const plain = random.bytes(3 * sealedLayout.segmentSize + 50);
  const { file } = await sealFile([plain], recipient.publicKey);
  const { headerSize, sealedSegmentSize } = sealedLayout;
  const open = async (bytes: Uint8Array, privateKey = recipient.privateKey): Promise<void> => {
    const dataKey = openHeader(bytes.subarray(0, headerSize), privateKey);
    const options = { dataKey, plaintextSize: plain.length };
    for await (const _ of openSegments([bytes.subarray(headerSize)], options));
  };
  await open(file);
  const refused = (bytes: Uint8Array, what: string): Promise<void> =>
    assert.rejects(open(bytes), /^MdmError: SEAL_/, what);

  for (let tries = 0; tries < 50; tries++)
    await assert.rejects(open(file, newRecipientKeyPair(random).privateKey), {
      code: 'SEAL_KEY_MISMATCH',
    });
  // Every byte of the header and of the last segment, and some of each other one.
  const last = headerSize + 3 * sealedSegmentSize;
  for (let at = 0; at < file.length; at += at < headerSize || at >= last ? 1 : 4_999) {
    const changed = file.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (at & 7));
    await refused(changed, `byte ${at}`);
  }
  const segments = [0, 1, 2, 3].map((index) => {
    const start = headerSize + index * sealedSegmentSize;
    return file.subarray(start, start + sealedSegmentSize);
  });
  for (const order of ordersOf([0, 1, 2, 3])) {
    if (order.join() === '0,1,2,3') continue;
    const parts = order.map((index) => segments[index] ?? plain);
    await refused(
      concatBytes([file.subarray(0, headerSize), ...parts]),
      `segments ${order.join()}`,
    );
  }
});

/** All orders of all choices. */
function ordersOf(items: readonly number[]): readonly (readonly number[])[] {
  return [
    [],
    ...items.flatMap((item) =>
      ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
    ),
  ];
}
