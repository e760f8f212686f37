/** The gateway over TLS as curl sees it: with a token, with a certificate, in parts. */
import assert from 'node:assert/strict';
import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Finished, runChild } from '../support/child.ts';
import { requireData } from '../support/data.ts';
import { requireTool } from '../support/require-tool.ts';
import { type GridArchive, gridArchives, startGrid } from './gateway-grid.ts';
import { entriesOf, seriesOf } from './gateway-tree.ts';

for (const [archive, programs] of Object.entries(gridArchives)) {
  const skip = requireTool(...programs, 'curl') || requireData('series/hitachi-anatomical/dicom');
  test(
    `curl reads with a token and with a certificate, and resumes, from ${archive}`,
    { skip },
    (t) => roadOf(t, archive as GridArchive),
  );
}

async function roadOf(t: TestContext, archive: GridArchive): Promise<void> {
  const at = await startGrid(t, archive);
  const series = await seriesOf(at, 'bob', 'open');
  const [first] = await entriesOf(at, 'bob', series);
  const url = (path: string): string => `https://localhost:${at.port}${path}`;
  const curl = (...args: readonly string[]): Promise<Finished> =>
    runChild(['curl', '-sS', '--cacert', at.grid?.authorityPath ?? '', ...args]);
  const token = (user: 'bob' | 'carol'): string[] => [
    '-H',
    `Authorization: Bearer ${at.tokenOf(user)}`,
  ];
  const { certPath, keyPath } = at.certificateOf('bob');
  const certificate = ['--cert', certPath, '--key', keyPath];
  const out = (name: string): string => join(at.folder, name);
  const slice = first?.path ?? '';

  const coldHead = await curl(...token('bob'), '-I', url(slice));
  assert.match(coldHead.stdout, /^HTTP\/1\.1 200/, coldHead.stderr);
  assert.doesNotMatch(coldHead.stdout, /^content-length/im);
  const cold = await curl(...token('bob'), '-f', '-o', out('cold.dcm'), url(slice));
  assert.equal(cold.code, 0, cold.stderr);
  const bytes = readFileSync(out('cold.dcm'));
  assert.equal(bytes.toString('latin1', 128, 132), 'DICM');

  const warm = await curl(...certificate, '-f', '-o', out('warm.dcm'), url(slice));
  assert.equal(warm.code, 0, warm.stderr);
  assert.deepEqual(readFileSync(out('warm.dcm')), bytes);
  const head = await curl(...certificate, '-I', url(slice));
  assert.match(head.stdout, new RegExp(`^content-length: ${bytes.length}\\r$`, 'im'));

  const part = await curl(
    ...token('bob'),
    '-r',
    '100-299',
    '-o',
    out('part'),
    '-w',
    '%{http_code}',
    url(slice),
  );
  assert.equal(part.stdout, '206');
  assert.deepEqual(readFileSync(out('part')), bytes.subarray(100, 300));
  truncateSync(out('warm.dcm'), 5000);
  const resumed = await curl(...certificate, '-f', '-C', '-', '-o', out('warm.dcm'), url(slice));
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(readFileSync(out('warm.dcm')), bytes);

  const volume = await curl(...certificate, '-f', '-o', out('v.nii'), url(`${series}/volume.nii`));
  assert.equal(volume.code, 0, volume.stderr);
  assert.equal(readFileSync(out('v.nii')).length, 64 * 64 * 4 * 2 + 352);

  const page = await curl(...certificate, '-f', url(`${series}/`));
  assert.match(page.stdout, new RegExp(first?.name ?? 'no name'));
  const status = async (...args: readonly string[]): Promise<string> =>
    (await curl(...args, '-o', '/dev/null', '-w', '%{http_code}')).stdout;
  assert.equal(await status(url(slice)), '401');
  assert.equal(await status(...token('carol'), url(slice)), '404');
  assert.equal(await status(...token('carol'), url(`${series}/absent.dcm`)), '404');
  assert.equal(await status('-H', 'Authorization: Bearer not.a.token', url(slice)), '401');
  assert.equal(await status(...token('bob'), '-X', 'DELETE', url(slice)), '403');
  const foreign = await at.login.token('bob', { aud: 'somebody-else' });
  assert.equal(await status('-H', `Authorization: Bearer ${foreign}`, url(slice)), '401');
  const old = await at.login.token('bob', { iat: 1_700_000_000, exp: 1_700_000_600 });
  assert.equal(await status('-H', `Authorization: Bearer ${old}`, url(slice)), '401');
}
