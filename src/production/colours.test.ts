import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jobOf, jobSeries, openWorkshop, resultsOf } from '../../test/support/production.ts';

const [rows, columns, slices] = [2, 4, 3];

/** Red of all pixels, then green, then blue; each byte another one. */
const planes = (index: number): Uint8Array =>
  Uint8Array.from({ length: rows * columns * 3 }, (_, at) => index * 50 + at);

for (const order of [
  [0, 1, 2],
  [2, 0, 1],
]) {
  test(`planes of colours become voxels of three bytes, slices in order ${order.join()}`, async (t) => {
    const workshop = await openWorkshop(t);
    const series = jobSeries({
      modality: 'MR',
      rows,
      columns,
      slices,
      records: false,
      edit: (index) => [
        [0x00280002, 'US', [3]],
        [0x00280004, 'CS', 'RGB'],
        [0x00280006, 'US', [1]],
        [0x00280100, 'US', [8]],
        [0x00280101, 'US', [8]],
        [0x00280102, 'US', [7]],
        [0x00280103, 'US', [0]],
        [0x00280301, 'CS', 'NO'],
        [0x00281052, 'DS', ''],
        [0x00281053, 'DS', ''],
        [0x7fe00010, 'OW', planes(index)],
      ],
    });
    const [result] = await resultsOf(
      workshop.production.produce(jobOf(workshop, series, { order })),
    );
    assert(result?.kind === 'produced' && 'keyId' in result.version);
    const { keyId } = result.version;
    const key = workshop.keys.find((each) => each.keyId === keyId);
    assert(key !== undefined);
    const bytes = await workshop.plaintextOf(result.replica.id, key);
    const voxels = bytes.subarray(352);
    assert.equal(voxels.length, rows * columns * slices * 3);
    for (let index = 0; index < slices; index += 1) {
      const first = voxels.subarray(index * rows * columns * 3).subarray(0, 6);
      // Rows are bottom up: the file begins with the first pixels of the last row.
      const expected = [4, 12, 20, 5, 13, 21].map((at) => index * 50 + at);
      assert.deepEqual([...first], expected);
    }
  });
}
