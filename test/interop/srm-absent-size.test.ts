import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ModelFile } from '../support/files-model.ts';
import { requireTool } from '../support/require-tool.ts';
import { sampleBytes } from '../support/webdav-door.ts';
import { openSrmBench } from './srm-bench.ts';

// What gfal makes of a size that is absent, zero or wrong: the evidence of docs/adr/0007. If a newer
// client fails here, that decision must be looked at again.

const skip = requireTool('gfal-stat', 'gfal-copy');

const file = '/site/ct/p-1/t-1/s-1/v-1.nii.gz';
const length = 70_000;
const unknown: ModelFile = { bytes: sampleBytes(length), state: 'cold' };

const inLs =
  (size: string) =>
  (xml: string): string =>
    xml.includes('srmLsResponse') ? xml.replace('<type>FILE', `${size}<type>FILE`) : xml;
const prepared =
  (size: string) =>
  (xml: string): string =>
    xml.replace(/<fileSize>\d+<\/fileSize>/, size);
const nil = '<size xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>';

const cases: readonly (readonly [title: string, shown: number, (xml: string) => string])[] = [
  ['as the door answers', 0, (xml) => xml],
  ['srmLs says nil', 0, inLs(nil)],
  ['srmLs says 0', 0, inLs('<size>0</size>')],
  ['srmLs says something wrong', 123, inLs('<size>123</size>')],
  ['pinned without a size', 0, prepared('')],
  ['pinned with size 0', 0, prepared('<fileSize>0</fileSize>')],
  ['pinned with a wrong size', 0, prepared('<fileSize>77</fileSize>')],
];

for (const [title, shown, rewrite] of cases) {
  test(`gfal shows ${shown} and copies all of a file: ${title}`, { skip }, async (context) => {
    const bench = await openSrmBench(context, { [file]: unknown }, { rewrite });
    const seen = await bench.run(['gfal-stat', bench.surl(file)]);
    assert.match(seen.stdout, new RegExp(`Size: ${shown}\\s`), seen.stderr);
    const target = join(bench.folder, 'copy');
    const copied = await bench.run(['gfal-copy', bench.surl(file), `file://${target}`]);
    assert.equal(copied.code, 0, copied.stderr);
    assert.equal(statSync(target).size, length);
  });
}

test('gfal cannot read an srmLs that says -1', { skip }, async (context) => {
  const rewrite = inLs('<size>-1</size>');
  const bench = await openSrmBench(context, { [file]: unknown }, { rewrite });
  const seen = await bench.run(['gfal-stat', bench.surl(file)]);
  assert.equal(seen.code, 70);
});
