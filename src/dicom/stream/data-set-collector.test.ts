import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf } from '../../lib/errors/mdm-error.ts';
import { tag } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import { dataSetOf } from '../element/data-set-of.ts';
import { getSequence } from '../element/value.ts';
import { tokensOf } from './data-set-codec.ts';
import { type CollectorOptions, createDataSetCollector } from './data-set-collector.ts';
import type { Token } from './token.ts';

const syntax = transferSyntax.ExplicitVRLittleEndian;
const collector = (options: Partial<CollectorOptions> = {}) =>
  createDataSetCollector({ transferSyntaxUid: syntax, ...options });

test('collects up to the pixel data and says so', () => {
  const header = dataSetOf({ PatientID: 'X', ReferencedStudySequence: [dataSetOf({ Rows: 1 })] });
  const collecting = collector();
  assert.equal(collecting.add([...tokensOf(header, syntax)]), false);
  const pixels: Token = { kind: 'value-start', tag: tag.PixelData, vr: 'OW', length: 2 };
  assert.equal(collecting.add([pixels]), true);
  assert.equal(collecting.add([...tokensOf(dataSetOf({ Rows: 1 }), syntax)]), true);
  assert.deepEqual(collecting.dataSet, header);
});

test('pixel data of an icon are not the pixel data', () => {
  const icon = dataSetOf({ PixelData: Uint8Array.of(1, 2) });
  const header = dataSetOf({ IconImageSequence: [icon], PatientID: 'X' });
  const collecting = collector();
  assert.equal(collecting.add([...tokensOf(header, syntax)]), false);
  assert.deepEqual(getSequence(collecting.dataSet, tag.IconImageSequence), [icon]);
});

test('streamed values are held up to a limit, longer ones and fragments are named', () => {
  const streamed = (count: number): Token[] => [
    { kind: 'value-start', tag: tag.EncapsulatedDocument, vr: 'OB', length: 2 * count },
    { kind: 'value-chunk', bytes: new Uint8Array(count) },
    { kind: 'value-chunk', bytes: new Uint8Array(count) },
    { kind: 'value-end' },
  ];
  const short = collector({ valueMaxBytes: 10 });
  short.add(streamed(5));
  assert.deepEqual(short.omitted, []);
  assert.equal(short.dataSet.size, 1);
  const long = collector({ valueMaxBytes: 10 });
  long.add(streamed(6));
  assert.deepEqual(long.omitted, [tag.EncapsulatedDocument]);
  assert.equal(long.dataSet.size, 0);
  const fragments = collector();
  fragments.add([
    { kind: 'fragments-start', tag: 0x00091010, vr: 'OB' },
    { kind: 'fragment-start', length: 2 },
    { kind: 'value-chunk', bytes: new Uint8Array(2) },
    { kind: 'fragment-end' },
    { kind: 'fragments-end' },
  ]);
  assert.deepEqual(fragments.omitted, [0x00091010]);
});

test('all values, elements and items together are bounded', () => {
  const rows = [
    dataSetOf({ PatientID: 'A'.repeat(400) }),
    dataSetOf({ PatientID: 'A', Rows: 1, Columns: 1, Modality: 'CT', SeriesNumber: 1 }),
    dataSetOf({ ReferencedStudySequence: [dataSetOf({}), dataSetOf({})] }),
  ];
  for (const dataSet of rows) {
    const collecting = collector({ dataSetMaxBytes: 300 });
    assert.throws(
      () => collecting.add([...tokensOf(dataSet, syntax)]),
      (error) => codeOf(error) === 'DICOM_DATA_SET_TOO_LARGE',
    );
  }
  assert.equal(
    collector({ dataSetMaxBytes: 300 }).add(
      [...tokensOf(rows[1] ?? new Map(), syntax)].slice(0, 4),
    ),
    false,
  );
});
