/** A part of a large file: proven piece by piece, whatever the gateway shows in its place. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { MdmApi } from '../../src/client/api/mdm-api.ts';
import { noMemory } from '../../src/client/memory/memory.ts';
import type { GetPorts } from '../../src/client/open/get-file.ts';
import { createNodeTransport } from '../../src/client/open/node-transport.ts';
import { allOfIt, parsePlainRange } from '../../src/client/open/plain-range.ts';
import { readRange } from '../../src/client/open/read-range.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { pinProducers } from '../../src/seal/index.ts';
import { Hospital, shownOf, startDishonestGateway } from '../support/dishonest-gateway.ts';
import { seededRandom } from '../support/seeded-random.ts';

const segmentSize = 65_536;
/** More than is proven at once. */
const segments = 1100;
const path = '/test/ct/p-1/t-1/s-1/i-1.dcm';

test('a large file is proven in pieces, and a piece in another place is none', async (t) => {
  const hospital = new Hospital();
  const plain = seededRandom('large').bytes(segments * segmentSize + 5);
  const file = await hospital.make({}, plain);
  const gateway = await startDishonestGateway(t, shownOf(file));
  const transport = createNodeTransport({});
  t.after(() => transport.close());
  const ports: GetPorts = {
    api: new MdmApi(transport, gateway.url),
    keyServers: undefined,
    credential: { for: () => undefined },
    pinned: pinProducers([{ publicKey: hospital.publicKey, fromMs: 0 }]),
    memory: noMemory(),
    clock: systemClock,
  };
  const { signal } = new AbortController();
  const read = async (text?: string): Promise<{ digest: string; size: number }> => {
    const range = text === undefined ? allOfIt : (parsePlainRange(text) ?? assert.fail(text));
    const digest = createHash('sha256');
    let size = 0;
    const { bytes } = await readRange(ports, { path, range, signal });
    for await (const chunk of bytes) {
      digest.update(chunk);
      size += chunk.length;
    }
    return { digest: digest.digest('hex'), size };
  };
  const digestOf = (first: number, end: number): string =>
    createHash('sha256').update(plain.subarray(first, end)).digest('hex');
  assert.deepEqual(await read(), { digest: digestOf(0, plain.length), size: plain.length });
  const first = 1000 * segmentSize + 7;
  assert.equal((await read(`${first}-`)).digest, digestOf(first, plain.length));
  assert.equal((await read(`${first}-${first}`)).digest, digestOf(first, first + 1));

  const at = (index: number): Uint8Array =>
    plain.subarray(index * segmentSize, (index + 1) * segmentSize);
  const swapped = concatBytes([at(1), at(0), plain.subarray(2 * segmentSize)]);
  const other = await hospital.make({ version: 2 }, swapped);
  for (const [what, instead, code] of [
    ['two segments swapped', { plain: swapped }, 'CLIENT_UNVERIFIED'],
    [
      'with their digests',
      { plain: swapped, segmentDigests: other.segmentDigests },
      'SEAL_RECEIPT_MISMATCH',
    ],
    ['cut', { plain: plain.subarray(0, 99) }, 'CLIENT_UNVERIFIED'],
    ['nothing', { plain: plain.subarray(0, 0) }, 'CLIENT_INTERRUPTED'],
  ] as const) {
    gateway.show = shownOf(file, instead);
    await assert.rejects(read('5-100'), { code }, what);
  }
  // Of another version now: the reader may ask again.
  gateway.show = shownOf(file);
  const range = parsePlainRange('0-') ?? assert.fail();
  const { bytes } = await readRange(ports, { path, range, signal });
  gateway.show = shownOf(other);
  await assert.rejects(
    async () => {
      for await (const _ of bytes);
    },
    { code: 'CLIENT_CHANGED' },
  );
});
