import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import { checkSegmentProof, digestSize, segmentRootOf } from '../seal/index.ts';
import { filesLimits } from './limits.ts';
import { segmentProver } from './segment-prover.ts';

const segmentSize = 65_536;

test('some segments of a file of any size are proven, no more than there are and than one answer holds', async () => {
  const prove = segmentProver();
  for (const count of [1, 2, 1024, 1025, 2049, 5000]) {
    const segmentDigests = seededRandom(String(count)).bytes(count * digestSize);
    const plaintextSize = count * segmentSize - 1;
    const segmentRoot = toHex(await segmentRootOf(segmentDigests, plaintextSize));
    const version = { guid: String(count), number: 1, segmentDigests };
    const edges = [0, 1023, 1024, count - 1];
    for (const first of edges.filter((edge) => edge < count)) {
      for (const end of [first + 1, first + 1025, count + 7]) {
        const proof = await prove(version, { first, end });
        checkSegmentProof(proof, { plaintextSize, segmentRoot });
        const wanted = Math.min(end, count, first + filesLimits.provenSegmentsMax);
        assert.equal(proof.digests.length, (wanted - first) * digestSize);
        assert.ok(proof.beside.length <= 2 * Math.ceil(Math.log2(count)));
      }
    }
    await assert.rejects(prove(version, { first: count, end: count + 1 }), {
      code: 'FILES_RANGE_NOT_SATISFIABLE',
    });
  }
});
