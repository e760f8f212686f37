import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { open, readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import {
  callerNamed,
  entryFor,
  type FilesBench,
  instancePath,
  openFilesBench,
  plaintextOf,
} from '../support/files-bench.ts';

// R11, short: a bit flipped or an end cut off anywhere in a stored replica is never delivered as if
// it were the file, and the file is there again at the next read.

const sizeBytes = 140_000;
const sealedSize = 124 + sizeBytes + 3 * 28;
const alice = callerNamed('alice');
const entries = [entryFor('alice', 'read')];
const damage = fc.oneof(
  fc.record({ at: fc.nat(sealedSize - 1), bit: fc.nat(7) }),
  fc.record({ cutTo: fc.nat(sealedSize - 1) }),
  // The borders of segments, where Crypt4GH by itself notices nothing.
  fc.record({ cutTo: fc.constantFrom(0, 124, 124 + 65_564, 124 + 2 * 65_564) }),
);

async function spoil(
  bench: FilesBench,
  path: string,
  how: { readonly at: number; readonly bit: number } | { readonly cutTo: number },
): Promise<void> {
  const { replica } = await bench.node(path);
  const names = await readdir(bench.folder, { recursive: true });
  const name = names.find((one) => one.includes(`${replica?.id}/00000`));
  const chunk = join(bench.folder, name ?? 'no chunk');
  if ('cutTo' in how) return truncate(chunk, how.cutTo);
  await using file = await open(chunk, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, how.at);
  byte[0] = (byte[0] ?? 0) ^ (1 << how.bit);
  await file.write(byte, 0, 1, how.at);
}

for (const delivery of ['open', 'sealed'] as const) {
  test(`damage anywhere in a replica is never delivered: ${delivery}`, async (t) => {
    const collection = { name: 'ct', delivery, entries };
    const path = instancePath(collection);
    const bench = await openFilesBench(t, [collection], { sizeBytes });
    const plain = createHash('sha256').update(plaintextOf({ name: 'i-1.dcm' }, sizeBytes));
    const plainSha256 = plain.digest('hex');
    const read = async (): Promise<string> => {
      const opened = await bench.files.open(alice, path, { range: undefined, ifRange: undefined });
      const digest = createHash('sha256');
      for await (const bytes of opened.body) digest.update(bytes);
      return digest.digest('hex');
    };
    const good = async (): Promise<string | undefined> =>
      delivery === 'open' ? plainSha256 : (await bench.node(path)).replica?.sealedSha256;
    await read();
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        const before = bench.recall.asked.length;
        await spoil(bench, path, how);
        const outcome = await read().catch(codeOf);
        assert.ok(outcome === 'FILES_REPLICA_CORRUPT' || outcome === (await good()), outcome);
        assert.equal(await read(), await good());
        assert.equal(bench.recall.asked.length, before + 1);
      }),
      { numRuns: 40 },
    );
  });
}
