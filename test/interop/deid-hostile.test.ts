import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFileHeaderReader } from '../../src/dicom/file/file-reader.ts';
import {
  createDataSetCollector,
  createTokenReader,
  getUid,
  sopClass,
  tag as t,
} from '../../src/dicom/index.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import { runInstance } from '../conformance/ps3.15/deid-object.ts';
import { requireData, testData } from '../support/data.ts';

/*
 * Hostile files, made to look like CT images so that they are read at all: each is released or
 * gets a code, in less than a second.
 */

const skip = requireData('hostile/manifest.json');
const folder = testData('hostile');
const names = folder === undefined ? [] : readdirSync(folder).filter((one) => /\.dcm$/.test(one));

/** Secondary Capture → CT, Conversion Type → an attribute that means nothing. */
function asCtImage(file: Buffer): Buffer {
  const capture = `${sopClass.SecondaryCaptureImageStorage}\0`;
  const changed = Buffer.from(
    file.toString('latin1').replaceAll(capture, `${sopClass.CTImageStorage}\0`),
    'latin1',
  );
  const conversionType = changed.indexOf(Buffer.from('080064004353', 'hex'));
  if (conversionType >= 0) changed.writeUInt16LE(0x0061, conversionType + 2);
  return changed;
}

async function outcomeOf(file: Buffer): Promise<string> {
  try {
    const { meta, rest } = createFileHeaderReader().push(file) ?? {};
    if (meta === undefined || rest === undefined) return 'DICOM_FILE_META_INVALID';
    const run = await runInstance({
      sopClassUid: sopClass.CTImageStorage,
      sopInstanceUid: sopInstanceUidOf(rest, meta.transferSyntaxUid),
      transferSyntaxUid: meta.transferSyntaxUid,
      dataSet: (async function* () {
        yield rest;
      })(),
    });
    return run.outcome.kind === 'withheld' ? run.outcome.code : 'released';
  } catch (error) {
    return codeOf(error) ?? `uncoded: ${String(error)}`;
  }
}

function sopInstanceUidOf(dataSet: Uint8Array, transferSyntaxUid: string): string {
  try {
    const collector = createDataSetCollector({ transferSyntaxUid });
    collector.add(createTokenReader({ transferSyntaxUid }).push(dataSet.subarray(0, 300)));
    return getUid(collector.dataSet, t.SOPInstanceUID) ?? '1.2.3';
  } catch {
    return '1.2.3';
  }
}

for (const name of names) {
  test(`${name} is released or gets a code, quickly`, { skip, timeout: 5000 }, async (context) => {
    const file = asCtImage(readFileSync(join(folder ?? '', name)));
    const start = performance.now();
    const outcome = await outcomeOf(file);
    const elapsedMs = performance.now() - start;
    context.diagnostic(`${outcome} in ${elapsedMs.toFixed(0)} ms`);
    assert.match(outcome, /^(released|DEID_|DICOM_)/);
    assert.ok(elapsedMs < 1000, `${elapsedMs} ms`);
  });
}
