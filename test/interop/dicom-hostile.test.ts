import assert from 'node:assert/strict';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createDataSetCollector,
  createTokenWriter,
  dicomErrors,
  inflateInstance,
  openFile,
  readTokens,
} from '../../src/dicom/index.ts';
import { requireData, testData } from '../support/data.ts';

const mebibyte = 1_048_576;

/** What manifest.json asks of a gateway, as far as the reader decides it. `ok`: it parses. */
const expected: Readonly<Record<string, string>> = {
  'bot-points-outside.dcm': 'ok',
  'charset-bad-escape.dcm': 'ok',
  'crlf-in-values.dcm': 'ok',
  'deflate-bomb-256MiB.dcm': 'DICOM_INFLATE_LIMIT',
  'duplicate-and-unordered-tags.dcm': 'DICOM_TAG_UNORDERED',
  'empty.dcm': 'DICOM_TRUNCATED',
  'items-100k.dcm': 'ok',
  'j2k-siz-huge.dcm': 'ok',
  'meta-group-length-huge.dcm': 'ok',
  'meta-only.dcm': 'DICOM_TRUNCATED',
  'multipart-boundary-in-pixels.dcm': 'ok',
  'name-html-script.dcm': 'ok',
  'nested-sq-20000-undefined.dcm': 'DICOM_NESTING_TOO_DEEP',
  'odd-length-value.dcm': 'DICOM_TAG_UNORDERED',
  'path-traversal-uids.dcm': 'ok',
  'pixeldata-length-fffffffe.dcm': 'DICOM_TRUNCATED',
  'polyglot-mz-preamble.dcm': 'ok',
  'polyglot-pdf-preamble.dcm': 'ok',
  'polyglot-tiff-preamble.dcm': 'ok',
  'preamble-only.dcm': 'DICOM_TRUNCATED',
  'rle-bomb.dcm': 'ok',
  'rle-offset-out-of-range.dcm': 'ok',
  'rows-cols-overflow.dcm': 'DICOM_TAG_UNORDERED',
  'truncated-in-tag.dcm': 'DICOM_TRUNCATED',
  'uid-65-and-leading-zero.dcm': 'DICOM_TAG_UNORDERED',
  'undefined-length-ow-no-delimiter.dcm': 'DICOM_ITEM_EXPECTED',
  'unknown-vr-zz.dcm': 'DICOM_VR_UNKNOWN',
  'ut-length-2gib.dcm': 'DICOM_TRUNCATED',
  'vl-negative-item.dcm': 'DICOM_LENGTH_OVERRUN',
  'zip-appended.dcm': 'ok',
};

/** Read a file to its end, write it, hold its header; gives the outcome and the highest growth of resident memory. */
async function read(
  path: string,
  strict: boolean,
): Promise<{ outcome: string; grownBytes: number; tokens: number }> {
  const before = process.memoryUsage.rss();
  const result = { outcome: 'ok', grownBytes: 0, tokens: 0 };
  try {
    const file = await openFile(createReadStream(path));
    const { transferSyntaxUid } = inflateInstance(file);
    const collector = createDataSetCollector({ transferSyntaxUid });
    const writer = createTokenWriter({ transferSyntaxUid, lengths: 'recode' });
    for await (const tokens of readTokens(file, { strict })) {
      for (const token of tokens) writer.write(token);
      collector.add(tokens);
      result.tokens += tokens.length;
      result.grownBytes = Math.max(result.grownBytes, process.memoryUsage.rss() - before);
    }
  } catch (error) {
    if (!dicomErrors.has(error)) throw error;
    result.outcome = error.code;
  }
  return result;
}

test('hostile files: the expected outcome, under a second, bounded memory', {
  skip: requireData('hostile'),
}, async (context) => {
  const folder = testData('hostile') ?? '';
  const files = readdirSync(folder).filter((name) => name.endsWith('.dcm'));
  assert.deepEqual(files.toSorted(), Object.keys(expected).toSorted());
  for (const name of files) {
    await context.test(name, async () => {
      const start = performance.now();
      const strict = await read(join(folder, name), true);
      const loose = await read(join(folder, name), false);
      assert.ok(performance.now() - start < 2000, 'two reads, a second each');
      assert.equal(strict.outcome, expected[name]);
      const unordered = strict.outcome === 'DICOM_TAG_UNORDERED';
      assert.equal(loose.outcome, unordered ? 'ok' : expected[name]);
      assert.ok(Math.max(strict.grownBytes, loose.grownBytes) < 64 * mebibyte);
    });
  }
});
