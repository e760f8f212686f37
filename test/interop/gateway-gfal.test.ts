/** A grid file read becomes a DICOM retrieve: Debian's gfal as it is, through SRM and over davs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Finished, runChild } from '../support/child.ts';
import { requireData } from '../support/data.ts';
import type { Installation, UserName } from '../support/gateway.ts';
import { requireTool } from '../support/require-tool.ts';
import { startGrid } from './gateway-grid.ts';
import { entriesOf, seriesOf } from './gateway-tree.ts';

const skip =
  requireTool('Orthanc', 'gfal-ls', 'gfal-stat', 'gfal-copy') ||
  requireData('series/hitachi-anatomical/dicom');

/** Run a grid command with a user's certificate and nothing else that says who it is. */
function gfal(
  at: Installation,
  user: UserName,
  command: readonly [string, ...string[]],
): Promise<Finished> {
  const { certPath, keyPath } = at.certificateOf(user);
  const without = ['env', '-u', 'X509_USER_PROXY', '-u', 'BEARER_TOKEN'] as const;
  return runChild([...without, ...command], {
    env: {
      X509_CERT_DIR: at.grid?.trustDirectory ?? '',
      X509_USER_CERT: certPath,
      X509_USER_KEY: keyPath,
      GFAL_PYTHONBIN: '/usr/bin/python3',
    },
  });
}

const surl = (at: Installation, path: string): string =>
  `srm://localhost:${at.port}/srm/managerv2?SFN=${path}`;

test('gfal lists the tree over SRM and copies what only the archive has', { skip }, async (t) => {
  const at = await startGrid(t);
  const series = await seriesOf(at, 'bob', 'open');
  const [first, second] = await entriesOf(at, 'bob', series);
  const slice = first?.path ?? '';

  const root = await gfal(at, 'bob', ['gfal-ls', '-l', surl(at, '/test')]);
  assert.match(root.stdout, /^d.* open\s*$/m, root.stderr);
  const listed = await gfal(at, 'bob', ['gfal-ls', '-l', surl(at, series)]);
  assert.equal(listed.code, 0, listed.stderr);
  assert.match(listed.stdout, new RegExp(`^-r.* ${first?.name}\\s*$`, 'm'));
  const stat = await gfal(at, 'bob', ['gfal-stat', surl(at, slice)]);
  assert.match(stat.stdout, /regular file/, stat.stderr);
  assert.doesNotMatch(at.logs(), /recall\.started/, 'listing recalls nothing');

  const copy = async (path: string, name: string): Promise<Buffer> => {
    const target = join(at.folder, name);
    const done = await gfal(at, 'bob', ['gfal-copy', surl(at, path), `file://${target}`]);
    assert.equal(done.code, 0, done.stderr);
    return readFileSync(target);
  };
  const cold = await copy(slice, 'slice.dcm');
  assert.equal(cold.toString('latin1', 128, 132), 'DICM');
  assert.deepEqual(await copy(slice, 'again.dcm'), cold);
  const known = await gfal(at, 'bob', ['gfal-stat', surl(at, slice)]);
  assert.match(known.stdout, new RegExp(`Size: ${cold.length}\\s`));

  const volume = await copy(`${series}/volume.nii`, 'volume.nii');
  assert.equal(volume.length, 64 * 64 * 4 * 2 + 352);
  const packed = await copy(`${series}/volume.nii.gz`, 'volume.nii.gz');
  assert.deepEqual([packed[0], packed[1]], [0x1f, 0x8b]);
  assert.match(at.logs(), /recall\.started/);
  const sealedVolume = `${await seriesOf(at, 'bob', 'sealed')}/volume.nii.c4gh`;
  const sealed = await copy(sealedVolume, 'volume.nii.c4gh');
  const kept = join(at.folder, 'kept.c4gh');
  const gotSealed = await at.mdm('bob', ['get', '-q', '--sealed', sealedVolume, kept]);
  assert.equal(gotSealed.code, 0, gotSealed.stderr);
  assert.deepEqual(readFileSync(kept), sealed, 'verified against the production record');

  for (const [file, bytes] of [
    ['slice.dcm', cold],
    ['volume.nii', volume],
  ] as const) {
    const path = file === 'slice.dcm' ? slice : `${series}/${file}`;
    const target = join(at.folder, `mdm-${file}`);
    const got = await at.mdm('bob', ['get', '-q', path, target]);
    assert.equal(got.code, 0, got.stderr);
    assert.deepEqual(readFileSync(target), bytes, 'verified against the receipt');
  }

  const davs = `davs://localhost:${at.port}${second?.path ?? ''}`;
  const target = join(at.folder, 'davs.dcm');
  const overDavs = await gfal(at, 'bob', ['gfal-copy', davs, `file://${target}`]);
  assert.equal(overDavs.code, 0, overDavs.stderr);
  assert.equal(readFileSync(target).toString('latin1', 128, 132), 'DICM');

  const refused = await gfal(at, 'carol', [
    'gfal-copy',
    surl(at, slice),
    `file://${join(at.folder, 'never.dcm')}`,
  ]);
  const absent = await gfal(at, 'carol', ['gfal-stat', surl(at, `${series}/absent.dcm`)]);
  assert.equal(refused.code, 2, refused.stderr);
  assert.equal(absent.code, 2, absent.stderr);
  assert.equal(
    refused.stderr.match(/FILES_[A-Z_]+/)?.[0],
    absent.stderr.match(/FILES_[A-Z_]+/)?.[0],
    'what may not be known is answered as what is not there',
  );
  const written = await gfal(at, 'alice', ['gfal-rm', surl(at, slice)]);
  assert.equal(written.code, 13, written.stderr);
});
