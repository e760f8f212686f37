import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type ClientBench, type Lie, openClientBench } from '../../../test/support/client-bench.ts';
import { entryFor, instancePath, plaintextOf } from '../../../test/support/files-bench.ts';
import type { SegmentsAnswer } from '../api/answers.ts';
import { clientLimits } from '../limits.ts';
import { allOfIt, parsePlainRange } from './plain-range.ts';
import { readRange } from './read-range.ts';

const entries = [entryFor('alice', 'list', 'read')];
const openCt = { name: 'ct', delivery: 'open', entries } as const;
const sealedCt = { name: 'vault', delivery: 'sealed', entries } as const;
const paths = [instancePath(openCt), instancePath(sealedCt)];
const sizeBytes = 300_000;
const plain = Buffer.from(plaintextOf({ name: 'i-1.dcm' }, sizeBytes));
const segmentSize = 65_536;

const open = (t: TestContext): Promise<ClientBench> =>
  openClientBench(t, [openCt, sealedCt], { sizeBytes });

async function read(
  bench: ClientBench,
  path: string,
  wanted: typeof allOfIt | string,
): Promise<Buffer> {
  const range = typeof wanted === 'string' ? parsePlainRange(wanted) : wanted;
  assert.ok(range);
  const { signal } = new AbortController();
  const { bytes } = await readRange(bench.ports, { path, range, signal });
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test('every part of a file is what the same part of its plaintext is, and its digests alone prove it', async (t) => {
  const bench = await open(t);
  for (const path of paths) {
    // Never made: that happens on the way.
    assert.ok((await read(bench, path, allOfIt)).equals(plain));
    for (const [first, end] of [
      [0, 1],
      [0, segmentSize],
      [segmentSize - 1, segmentSize + 1],
      [segmentSize, 3 * segmentSize],
      [4 * segmentSize, sizeBytes],
      [sizeBytes - 1, sizeBytes],
      [100, sizeBytes - 100],
    ] as const) {
      const part = await read(bench, path, `${first}-${end - 1}`);
      assert.ok(part.equals(plain.subarray(first, end)), `${first}-${end}`);
    }
    assert.ok((await read(bench, path, '70000-')).equals(plain.subarray(70_000)));
    assert.ok((await read(bench, path, '70000-999999999')).equals(plain.subarray(70_000)));
    assert.ok((await read(bench, path, '-70000')).equals(plain.subarray(-70_000)));
    assert.ok((await read(bench, path, '-999999999')).equals(plain));
    await assert.rejects(read(bench, path, `${sizeBytes}-`), { code: 'CLIENT_ARGUMENT' });
  }
});

test('only what holds the part is read', async (t) => {
  const bench = await open(t);
  const [path = ''] = paths;
  await read(bench, path, allOfIt);
  bench.ranges.length = 0;
  await read(bench, path, '70000-70001');
  assert.deepEqual(bench.ranges, ['bytes=65536-131071']);
});

test('a file without a byte has all of them, and no part', async (t) => {
  const bench = await openClientBench(t, [openCt, sealedCt], { sizeBytes: 0 });
  for (const path of paths) {
    assert.equal((await read(bench, path, allOfIt)).length, 0);
    await assert.rejects(read(bench, path, '0-'), { code: 'CLIENT_ARGUMENT' });
  }
});

/** Changes what proves segments. */
const withSegments =
  (change: (segments: SegmentsAnswer) => unknown): Lie =>
  (request, response) => {
    if (request.url?.includes('first=') !== true) return;
    const end = response.end.bind(response) as (text: string) => typeof response;
    // Its length is another one.
    const writeHead = response.writeHead.bind(response);
    response.writeHead = (status: number) => writeHead(status);
    response.end = ((text: string) => {
      const answer = JSON.parse(text) as { readonly segments: SegmentsAnswer };
      return end(JSON.stringify({ ...answer, segments: change(answer.segments) }));
    }) as typeof response.end;
  };

const digestsOf = ({ digests }: SegmentsAnswer): Buffer => Buffer.from(digests, 'base64');

test('a forged proof of segments proves nothing, and nothing is shown by it', async (t) => {
  const node = Buffer.alloc(32).toString('base64');
  const many = Array<string>(clientLimits.besideSegmentsMax + 1).fill(node);
  const lies: readonly (readonly [string, (segments: SegmentsAnswer) => unknown, string])[] = [
    ['none', () => undefined, 'CLIENT_PROTOCOL'],
    ['no digest', (one) => ({ ...one, digests: '' }), 'CLIENT_PROTOCOL'],
    ['others', (one) => ({ ...one, first: one.first + 1 }), 'CLIENT_PROTOCOL'],
    [
      'too many',
      (one) => ({
        ...one,
        digests: Buffer.concat([digestsOf(one), Buffer.alloc(32)]).toString('base64'),
      }),
      'CLIENT_PROTOCOL',
    ],
    ['many nodes', (one) => ({ ...one, beside: many }), 'CLIENT_PROTOCOL'],
    ['no list', (one) => ({ ...one, beside: 'x' }), 'CLIENT_PROTOCOL'],
    [
      'a digest',
      (one) => ({ ...one, digests: digestsOf(one).fill(1, 0, 1).toString('base64') }),
      'SEAL_RECEIPT_MISMATCH',
    ],
    [
      'half a digest',
      (one) => ({ ...one, digests: digestsOf(one).subarray(1).toString('base64') }),
      'SEAL_RECEIPT_MISMATCH',
    ],
    [
      'a node',
      (one) => ({ ...one, beside: [node, ...one.beside.slice(1)] }),
      'SEAL_RECEIPT_MISMATCH',
    ],
    [
      'long nodes',
      (one) => ({
        ...one,
        beside: one.beside.map((text) =>
          Buffer.concat([Buffer.from(text, 'base64'), Buffer.alloc(99)]).toString('base64'),
        ),
      }),
      'SEAL_RECEIPT_MISMATCH',
    ],
    ['fewer nodes', (one) => ({ ...one, beside: one.beside.slice(1) }), 'SEAL_RECEIPT_MISMATCH'],
    ['more nodes', (one) => ({ ...one, beside: [...one.beside, node] }), 'SEAL_RECEIPT_MISMATCH'],
  ];
  for (const path of paths) {
    const bench = await open(t);
    await read(bench, path, allOfIt);
    for (const [what, change, code] of lies) {
      bench.lie = withSegments(change);
      await assert.rejects(read(bench, path, '70000-140000'), { code }, `${what}: ${path}`);
    }
  }
});

test('bytes that are not those of the part are never shown', async (t) => {
  const bench = await open(t);
  const [path = ''] = paths;
  await read(bench, path, allOfIt);
  bench.lie = (request, response) => {
    if (request.url?.startsWith('/.mdm') === true) return;
    const write = response.write.bind(response) as (...args: unknown[]) => boolean;
    response.write = ((chunk: Uint8Array, ...rest: unknown[]) =>
      write(
        Uint8Array.from(chunk, (byte) => byte ^ 1),
        ...rest,
      )) as typeof response.write;
  };
  const shown: Uint8Array[] = [];
  const { signal } = new AbortController();
  const { bytes } = await readRange(bench.ports, { path, range: allOfIt, signal });
  await assert.rejects(
    async () => {
      for await (const chunk of bytes) shown.push(chunk);
    },
    { code: 'CLIENT_UNVERIFIED' },
  );
  assert.equal(shown.length, 0);
});

test('ranges are as HTTP has them', () => {
  for (const text of ['', '-', 'a-b', '1', '5-4', '--5', '1-2-3', '1 -2'])
    assert.equal(parsePlainRange(text), undefined, text);
  assert.deepEqual(parsePlainRange('0-'), { kind: 'from', first: 0, last: undefined });
  assert.deepEqual(parsePlainRange('-5'), { kind: 'suffix', length: 5 });
});
