import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, equalBytes, utf8 } from '../../lib/bytes/bytes.ts';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { sopClass, transferSyntax } from '../dictionary/generated/uids.ts';
import { dataSetOf } from '../element/data-set-of.ts';
import { getBytes, getNumber, getUid } from '../element/value.ts';
import { encodeDataSet } from '../stream/data-set-codec.ts';
import { encodeFileHeader, implementationClassUid } from './file-meta.ts';
import { createFileHeaderReader, openFile } from './file-reader.ts';

const syntax = transferSyntax.ImplicitVRLittleEndian;
const header = encodeFileHeader({
  sopClassUid: sopClass.CTImageStorage,
  sopInstanceUid: '2.25.1',
  transferSyntaxUid: syntax,
});
const body = encodeDataSet(dataSetOf({ PatientID: 'X', Rows: 1 }), syntax);
const file = concatBytes([header, body]);

/** Chunks in one buffer that is used again and again, as a network does. */
async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const shared = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.subarray(at, at + size);
    shared.set(chunk);
    yield shared.subarray(0, chunk.length);
    shared.fill(0xee);
  }
}

async function readAll(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const { meta, dataSet } = await openFile(chunks(bytes, size));
  assert.equal(meta.transferSyntaxUid, syntax);
  assert.equal(meta.mediaStorageSopClassUid, sopClass.CTImageStorage);
  assert.equal(meta.mediaStorageSopInstanceUid, '2.25.1');
  for await (const chunk of dataSet) parts.push(chunk.slice());
  return concatBytes(parts);
}

function checkRefused(bytes: Uint8Array, code: string): Promise<void> {
  return assert.rejects(readAll(bytes, 1000), (error) => codeOf(error) === code, code);
}

test('the header we write: zero preamble, DICM, exact group length, our class', () => {
  assert.ok(equalBytes(header.subarray(0, 128), new Uint8Array(128)));
  assert.ok(equalBytes(header.subarray(128, 132), utf8('DICM')));
  const { meta } = createFileHeaderReader().push(file) ?? assert.fail('header is complete');
  const { elements } = meta;
  assert.equal(getNumber(elements, tag.FileMetaInformationGroupLength), header.length - 132 - 12);
  assert.equal(getUid(elements, tag.ImplementationClassUID), implementationClassUid);
  assert.deepEqual(getBytes(elements, tag.FileMetaInformationVersion), Uint8Array.of(0, 1));
});

test('any split of the file gives the same data set', async () => {
  for (const size of [1, 2, 3, 7, 131, 132, 133, header.length, header.length + 1, file.length]) {
    assert.deepEqual(await readAll(file, size), body, `chunks of ${size}`);
  }
});

test('a wrong group length is not believed', async () => {
  for (const length of [0, 1, 0xffffffff]) {
    const wrong = file.slice();
    new DataView(wrong.buffer).setUint32(140, length, true);
    assert.deepEqual(await readAll(wrong, 100), body);
  }
});

test('a preamble of any content is skipped', async () => {
  const polyglot = file.slice();
  polyglot.set(utf8('%PDF-1.4'));
  assert.deepEqual(await readAll(polyglot, 50), body);
});

test('what is not a DICOM file is refused', async () => {
  await checkRefused(body, 'DICOM_TRUNCATED');
  await checkRefused(new Uint8Array(0), 'DICOM_TRUNCATED');
  await checkRefused(new Uint8Array(1000), 'DICOM_FILE_PREFIX_MISSING');
  await checkRefused(header, 'DICOM_TRUNCATED');
  await checkRefused(header.subarray(0, 132), 'DICOM_TRUNCATED');
});

test('meta information without transfer syntax, with a broken or a huge element', async () => {
  const prefix = header.subarray(0, 132);
  const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
  const without = hex('02000200 5549 0000');
  await checkRefused(concatBytes([prefix, without, body]), 'DICOM_FILE_META_INVALID');
  const path = concatBytes([hex('02001000 5549 0600'), utf8('../../')]);
  await checkRefused(concatBytes([prefix, path, body]), 'DICOM_FILE_META_INVALID');
  const unknownVr = hex('02001000 5a5a 0000');
  await checkRefused(concatBytes([prefix, unknownVr, body]), 'DICOM_FILE_META_INVALID');
  const huge = hex('02000201 4f42 0000 ffff0100');
  await checkRefused(concatBytes([prefix, huge, body]), 'DICOM_FILE_META_TOO_LARGE');
});

test('a file that is refused is released', async () => {
  let released = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(100);
    } finally {
      released = true;
    }
  }
  await assert.rejects(openFile(source()));
  assert.ok(released);
});
