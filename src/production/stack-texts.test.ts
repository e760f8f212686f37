import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestElement } from '../../test/support/part10-writer.ts';
import {
  jobOf,
  jobSeries,
  openWorkshop,
  plaintextOf,
  producedOf,
  resultsOf,
  targetOf,
  versionOf,
} from '../../test/support/production.ts';

const small = { slices: 6, rows: 16, columns: 12 } as const;
const volume = targetOf({ fileId: 1 });
const packed = targetOf({ fileId: 2, product: 'nii.gz' });

test('texts about a stack are made without its voxels, and beside them', async (t) => {
  const qcFile = targetOf({ fileId: 7, product: 'qc.json' });
  const series = jobSeries(small);
  for (const targets of [[qcFile], [volume, qcFile, packed]]) {
    for (const order of [undefined, [5, 3, 0, 1, 4, 2]]) {
      const workshop = await openWorkshop(t);
      const job = jobOf(workshop, series, order === undefined ? { targets } : { targets, order });
      const results = await resultsOf(workshop.production.produce(job));
      assert.equal(results.length, targets.length);
      const text = JSON.parse((await plaintextOf(workshop, producedOf(results, 7))).toString());
      assert.deepEqual(text.dimensions, [12, 16, 6, 1]);
      assert.equal(new Set(text.slices.map(({ instanceUid }: never) => instanceUid)).size, 6);
      assert.equal(text.oneSlice, false);
    }
  }
});

test('a text that explains a volume is refused as the volume is', async (t) => {
  const workshop = await openWorkshop(t);
  const targets = [targetOf({ fileId: 7, product: 'json' }), volume];
  const edit = (index: number) =>
    index === 5 ? ([[0x00200032, 'DS', '0\\0\\99']] as const) : ([] as const);
  const job = jobOf(workshop, jobSeries({ ...small, edit }), { targets });
  const results = await resultsOf(workshop.production.produce(job));
  const codes = results.map((result) => (result.kind === 'refused' ? result.code : result.kind));
  assert.deepEqual(codes, ['VOLUME_UNEVEN_SPACING', 'VOLUME_UNEVEN_SPACING']);
});

test('a file of values holds what stored values stand for', async (t) => {
  const workshop = await openWorkshop(t);
  const targets = [
    volume,
    targetOf({ fileId: 8, product: 'nrrd' }),
    targetOf({ fileId: 9, product: 'inr' }),
  ];
  const results = await resultsOf(
    workshop.production.produce(jobOf(workshop, jobSeries(small), { targets })),
  );
  const stored = await plaintextOf(workshop, producedOf(results, 1));
  const [slope, intercept] = [stored.readFloatLE(112), stored.readFloatLE(116)];
  for (const fileId of [8, 9]) {
    const file = await plaintextOf(workshop, producedOf(results, fileId));
    const words = 6 * 16 * 12;
    const values = new Float32Array(new Uint8Array(file.subarray(-4 * words)).buffer);
    assert.equal(values[7], Math.fround(stored.readInt16LE(352 + 14) * slope + intercept));
    assert.ok(slope !== 1 || intercept !== 0);
  }
});

test('what names a person or a day in any element comes into no text about a stack', async (t) => {
  const canaries = ['CANARY^JANE', '19700113', '134957', 'AC9912345'];
  const edit = (): readonly TestElement[] =>
    canaries.flatMap((canary, at) =>
      [0x00080070, 0x00180015, 0x00180022, 0x00180024, 0x00181030, 0x00204000, 0x0008103e].map(
        (element) => [element + 0, 'LO', at === 0 ? canary : `${canary}\\${canaries[0]}`] as const,
      ),
    );
  const targets = ['json', 'qc.json'].map((product, fileId) => targetOf({ fileId, product }));
  const workshop = await openWorkshop(t);
  const job = jobOf(workshop, jobSeries({ ...small, edit }), { targets });
  const results = await resultsOf(workshop.production.produce(job));
  for (const { fileId } of targets) {
    const text = (await plaintextOf(workshop, producedOf(results, fileId))).toString();
    for (const canary of canaries) assert.ok(!text.includes(canary), canary);
  }
});

test('the receipt of a volume that may lack slices says that it is doubted', async (t) => {
  const workshop = await openWorkshop(t);
  const edit = (): readonly TestElement[] => [[0x00180088, 'DS', '0.75']];
  const job = jobOf(workshop, jobSeries({ ...small, edit }), { targets: [volume] });
  const result = producedOf(await resultsOf(workshop.production.produce(job)), 1);
  const { source } = await versionOf(workshop, result);
  assert.equal(source.completeness, 'unverified');
  assert.equal(source.reason, 'doubted');
});

test('a file of a stack by its name is made where the list places slices, whatever its echo time', async (t) => {
  const edit = (index: number): readonly TestElement[] => [
    [0x00180081, 'DS', index === 3 ? '12.04' : '12'],
  ];
  const options = { ...small, modality: 'MR', edit } as const;
  const workshop = await openWorkshop(t);
  const stacks: string[] = [];
  const first = jobOf(workshop, jobSeries(options), { targets: [volume] });
  for await (const result of workshop.production.produce(first)) {
    if (result.kind === 'stacks') stacks.push(...result.stacks.map(({ name }) => name));
  }
  assert.equal(stacks.length, 1);
  const named = { ...targetOf({ fileId: 5 }), stackName: stacks[0] };
  const second = jobOf(workshop, jobSeries(options), { targets: [named] });
  assert.equal(producedOf(await resultsOf(workshop.production.produce(second)), 5).fileId, 5);
});
