import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createDataSetCollector, createTokenReader, openFile } from '../../src/dicom/index.ts';
import { type PlanSlice, planVolume } from '../../src/volume/index.ts';
import { dicomFiles } from '../support/dicom-files.ts';
import { factsOfHeader } from '../support/header-facts.ts';

const demoData = fileURLToPath(new URL('../../demo/data/', import.meta.url));
const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

/** What the demonstration promises of each series: a volume of so many voxels, or why not. */
const promised: Readonly<Record<string, string>> = {
  'ct-five-slices': '16 x 16 x 5',
  'ct-uneven': 'VOLUME_UNEVEN_SPACING',
  'mr-brain': '64 x 64 x 15',
  'mr-functional': '64 x 64 x 8',
  'mr-implicit': '64 x 64 x 4',
  'mr-jpeg-2000': '256 x 256 x 4',
  'mr-non-isotropic': '64 x 28 x 4',
  'mr-rotating-views': 'VOLUME_MIXED_ORIENTATION',
};

suite('each series of the demonstration is what PROVENANCE.md says', () => {
  for (const [series, expected] of Object.entries(promised)) {
    test(`${series}: ${expected}`, async () => {
      const files = await dicomFiles(join(demoData, 'series', series));
      const plan = planVolume(await Promise.all(files.map(readSlice)));
      const found = plan.ok
        ? `${plan.value.columns} x ${plan.value.rows} x ${plan.value.slices}`
        : plan.code;
      assert.equal(found, expected);
    });
  }
});

// A fixture that was edited, or came from elsewhere, must not keep its old provenance.
for (const folder of [demoData, fixtures]) {
  test(`SHA256SUMS lists every data file of ${relative(dirname(dirname(folder)), folder)}`, async () => {
    const sums = join(folder, 'SHA256SUMS');
    assert.ok(existsSync(sums));
    const files = await dicomFiles(folder);
    const lines = files
      .map((file) => relative(folder, file))
      .filter(
        (path) => !/^(?:PROVENANCE\.md|SHA256SUMS|synthetic-names\.txt|licenses\/.*)$/.test(path),
      )
      .toSorted()
      .map((path) => `${sha256(join(folder, path))}  ${path}`);
    assert.deepEqual(readFileSync(sums, 'utf8').trimEnd().split('\n'), lines);
  });
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function readSlice(path: string): Promise<PlanSlice> {
  const { transferSyntaxUid, dataSet } = await openFile(createReadStream(path));
  const reader = createTokenReader({ transferSyntaxUid });
  const collector = createDataSetCollector({ transferSyntaxUid });
  for await (const chunk of dataSet) collector.add(reader.push(chunk));
  return { facts: factsOfHeader(collector.dataSet), transferSyntaxUid };
}
