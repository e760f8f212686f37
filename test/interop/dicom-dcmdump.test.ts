import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  createTokenWriter,
  dicomErrors,
  encodingOf,
  formatTag,
  inflateInstance,
  openFile,
  readTokens,
  type Token,
} from '../../src/dicom/index.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';
import { requireData, testData } from '../support/data.ts';
import { dicomFiles } from '../support/dicom-files.ts';
import { findTool, requireTool } from '../support/require-tool.ts';

const run = promisify(execFile);
const skip = requireData('zoo', 'series') || requireTool('dcmdump');

/** Files that dcmdump reads by guessing, or by ignoring what is wrong, and we refuse on purpose. */
const refused: Readonly<Record<string, string>> = {
  // Without preamble and meta information the transfer syntax would be a guess.
  'zoo/pydicom-data/JLSL_RGB_ILV0.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom-data/JLSL_RGB_ILV1.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom-data/JLSL_RGB_ILV2.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom-data/JLSN_RGB_ILV0.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom/ExplVR_BigEndNoMeta.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom/ExplVR_LitEndNoMeta.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom/rtstruct.dcm': 'DICOM_FILE_PREFIX_MISSING',
  'zoo/pydicom/meta_missing_tsyntax.dcm': 'DICOM_FILE_META_INVALID',
  // Elements were cut out of its items without correcting the length of the sequence.
  'zoo/pydicom/dicomdirtests/DICOMDIR-nooffset': 'DICOM_LENGTH_OVERRUN',
};

/** Top-level `(gggg,eeee) VR` of a data set as dcmdump prints it; undefined where it fails. */
async function dumpTags(path: string): Promise<readonly string[] | undefined> {
  try {
    const { stdout } = await run(findTool('dcmdump') ?? '', ['-q', '-E', '-M', path], {
      encoding: 'latin1',
      maxBuffer: 1 << 28,
      timeout: 20_000,
    });
    const lines = stdout.split('\n').filter((line) => /^\([0-9a-f]{4},[0-9a-f]{4}\) /.test(line));
    return lines
      .filter((line) => !line.startsWith('(0002,') && !line.startsWith('(fffe,'))
      .map((line) => line.slice(0, 14).toUpperCase());
  } catch {
    return undefined;
  }
}

interface Reading {
  readonly outcome: string;
  readonly tags: readonly string[];
  readonly bytes: Uint8Array;
  readonly deflated: boolean;
}

/** Read with us, and write again what was read. */
async function read(path: string): Promise<Reading> {
  const tags: string[] = [];
  const written: Uint8Array[] = [];
  let deflated = false;
  let outcome = 'ok';
  try {
    const file = await openFile(createReadStream(path));
    ({ deflated } = encodingOf(file.transferSyntaxUid));
    const { transferSyntaxUid } = inflateInstance(file);
    const writer = createTokenWriter({ transferSyntaxUid });
    let depth = 0;
    // Not strict: one of the palettes holds an element twice.
    for await (const tokens of readTokens(file, { strict: false })) {
      for (const token of tokens) {
        if ('tag' in token && depth === 0) tags.push(describe(token));
        if (token.kind === 'sequence-start') depth += 1;
        if (token.kind === 'sequence-end') depth -= 1;
        written.push(...writer.write(token).map((bytes) => bytes.slice()));
      }
    }
  } catch (error) {
    if (!dicomErrors.has(error)) throw error;
    outcome = error.code;
  }
  return { outcome, tags, bytes: concatBytes(written), deflated };
}

function describe(token: Extract<Token, { tag: number }>): string {
  return `${formatTag(token.tag)} ${token.vr}`;
}

/** `(gggg,eeee)` once each: dcmdump drops the second of duplicates. */
function tagsOf(lines: readonly string[]): readonly string[] {
  return [...new Set(lines.map((line) => line.slice(0, 11)))];
}

/**
 * The VRs that differ. dcmdump marks ambiguous ones, looks into UN, and calls encapsulated pixel
 * data OB whatever stands there; in implicit VR it has private dictionaries and we do not.
 */
function differentVrs(ours: readonly string[], dumped: readonly string[]): readonly string[] {
  const theirs = new Set(dumped);
  const certain = ours.filter((line) => !/UN$|^.7FE0,0010/.test(line));
  return certain.filter((line) => !theirs.has(line) && !hasAmbiguous(theirs, line.slice(0, 11)));
}

function hasAmbiguous(lines: ReadonlySet<string>, tag: string): boolean {
  return ['OX', 'PX', 'XS', 'LT', 'UP'].some((vr) => lines.has(`${tag} ${vr}`));
}

test('every file that dcmdump reads: the same elements, and the same bytes written again', {
  skip,
}, async (context) => {
  const root = testData('') ?? '';
  const files = await dicomFiles(testData('zoo') ?? '', testData('series') ?? '');
  let compared = 0;
  for (const path of files.filter(
    (name) => !/\.(json|gz|jpeg|dump|txt|bval|bvec|nii)$|README/.test(name),
  )) {
    const dumped = await dumpTags(path);
    if (dumped === undefined) continue;
    compared += 1;
    const name = relative(root, path);
    const ours = await read(path);
    assert.equal(ours.outcome, refused[name] ?? 'ok', name);
    if (ours.outcome !== 'ok') continue;
    assert.deepEqual(tagsOf(ours.tags), tagsOf(dumped), name);
    assert.deepEqual(differentVrs(ours.tags, dumped), [], name);
    if (ours.deflated) continue;
    const original = await readFile(path);
    const tail = original.subarray(original.length - ours.bytes.length);
    assert.ok(tail.equals(ours.bytes), `${name}: same bytes`);
  }
  context.diagnostic(`${compared} files compared`);
  assert.ok(compared > 400, 'the data are there');
});
