import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileHeaderReader } from '../../src/dicom/file/file-reader.ts';
import { sopClass } from '../../src/dicom/index.ts';
import { present } from '../../src/lib/assert.ts';
import { findLeak, type Run, runInstance } from '../conformance/ps3.15/deid-object.ts';
import { requireData, testData } from '../support/data.ts';
import { requireTool } from '../support/require-tool.ts';
import { tempFolder } from '../support/temp.ts';

/* The planted objects of the test data: no token and no UID of their key may be left. */

interface Key {
  readonly uid_root: string;
  readonly tokens: readonly { readonly token: string }[];
}

const skip = requireData('deident/key.json');

const plantedMin = 20;

const readData = (name: string): Buffer =>
  readFileSync(present(testData(`deident/${name}`), `test data ${name}`));

async function runFile(file: Buffer): Promise<Run> {
  const { meta, rest } = present(createFileHeaderReader().push(file), 'a whole file');
  return runInstance({
    sopClassUid: meta.mediaStorageSopClassUid ?? '',
    sopInstanceUid: meta.mediaStorageSopInstanceUid ?? '',
    transferSyntaxUid: meta.transferSyntaxUid,
    dataSet: (async function* () {
      yield rest;
    })(),
  });
}

/**
 * The planted objects are secondary captures that do not say that nothing is burned in, and are
 * withheld whole. As a CT image, without the Conversion Type that gives a capture away, one goes
 * through the profile.
 */
function asCtImage(file: Buffer): Buffer {
  const capture = Buffer.from(`${sopClass.SecondaryCaptureImageStorage}\0`, 'latin1');
  const ct = Buffer.from(`${sopClass.CTImageStorage}\0`, 'latin1');
  assert.equal(ct.length, capture.length);
  const changed = Buffer.from(file);
  for (let at = changed.indexOf(capture); at >= 0; at = changed.indexOf(capture))
    ct.copy(changed, at);
  const conversionType = changed.indexOf(Buffer.from('08006400435304', 'hex'));
  changed.writeUInt16LE(0x0061, conversionType + 2);
  return changed;
}

for (const name of ['phi-everywhere.dcm', 'phi-everywhere-latin1.dcm']) {
  test(`${name} is withheld as what it is`, { skip }, async () => {
    const { outcome } = await runFile(readData(name));
    assert.ok(outcome.kind === 'withheld');
    assert.equal(outcome.code, 'DEID_BURNED_IN');
  });

  const whole = `${name} as a CT image leaves without any of its tokens and UIDs`;
  test(whole, { skip }, () => leavesClean(asCtImage(readData(name))));

  test(
    `${name} as a clean capture leaves without any of its tokens and UIDs`,
    {
      skip: skip || requireTool('dcmodify'),
    },
    async (t) => leavesClean(asCleanCapture(readData(name), await tempFolder(t))),
  );
}

async function leavesClean(planted: Buffer): Promise<void> {
  const key = JSON.parse(readData('key.json').toString()) as Key;
  const tokens = key.tokens.map(({ token }) => token);
  assert.equal(tokens.length, 27);
  // The Latin-1 file spells some otherwise; a tool that edits a file writes only what it knows.
  assert.ok(tokens.filter((token) => planted.includes(token)).length >= plantedMin);
  const run = await runFile(planted);
  assert.equal(run.outcome.kind, 'released');
  assert.equal(findLeak(run.file, [...tokens, 'PHI-', key.uid_root]), undefined);
}

/** As a program saves what it computed: it says that no text is burned in, and where it lies. */
function asCleanCapture(file: Buffer, folder: string): Buffer {
  const path = join(folder, 'capture.dcm');
  writeFileSync(path, file);
  const stated = {
    BurnedInAnnotation: 'NO',
    ConversionType: 'SYN',
    ImagePositionPatient: '0\\0\\0',
    ImageOrientationPatient: '1\\0\\0\\0\\1\\0',
    PixelSpacing: '1\\1',
  };
  const inserts = Object.entries(stated).flatMap(([key, value]) => ['-i', `${key}=${value}`]);
  execFileSync('dcmodify', ['-nb', '-q', ...inserts, path]);
  return readFileSync(path);
}
