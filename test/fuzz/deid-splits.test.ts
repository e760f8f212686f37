import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  dataSetOf,
  encodeDataSet,
  getUid,
  sopClass,
  tag as t,
  transferSyntax,
} from '../../src/dicom/index.ts';
import { codeOf } from '../../src/lib/errors/mdm-error.ts';
import {
  findLeak,
  imageOf,
  type Run,
  runDeid,
  runInstance,
  testPixels,
} from '../conformance/ps3.15/deid-object.ts';

const secret = 'Mrs^Kanary';

const object = imageOf({
  PatientName: secret,
  PatientAddress: secret,
  SeriesDescription: secret,
  Manufacturer: 'SIEMENS',
  RescaleIntercept: '-1024',
  ReferencedSeriesSequence: [
    dataSetOf({
      SeriesInstanceUID: '1.2.3',
      ReferencedSOPSequence: [
        dataSetOf({ ReferencedSOPInstanceUID: '1.2.4', PatientName: secret }),
      ],
    }),
  ],
});

const syntaxes = [
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.ImplicitVRLittleEndian,
  transferSyntax.ExplicitVRBigEndian,
  transferSyntax.DeflatedExplicitVRLittleEndian,
];

for (const transferSyntaxUid of syntaxes) {
  test(`the output is the same however the input is cut (${transferSyntaxUid})`, async () => {
    const whole = await runDeid(object, { transferSyntaxUid });
    const bigEndian = transferSyntaxUid === transferSyntax.ExplicitVRBigEndian;
    const pixels = bigEndian ? Buffer.from(testPixels).swap16() : testPixels;
    assert.ok(Buffer.from(whole.file).includes(Buffer.from(pixels)));
    const size = encodeDataSet(object, transferSyntaxUid).length;
    for (let chunkBytes = 1; chunkBytes < size; chunkBytes += chunkBytes < 80 ? 1 : 97) {
      const cut = await runDeid(object, { transferSyntaxUid, chunkBytes });
      assert.deepEqual(cut.file, whole.file, `chunks of ${chunkBytes}`);
    }
  });
}

/** A run that may fail while its parts are read. */
async function tryRun(encoded: Uint8Array, transferSyntaxUid: string): Promise<Run | string> {
  try {
    return await runInstance({
      sopClassUid: sopClass.CTImageStorage,
      sopInstanceUid: getUid(object, t.SOPInstanceUID) ?? '',
      transferSyntaxUid,
      dataSet: (async function* () {
        yield encoded;
      })(),
    });
  } catch (error) {
    return codeOf(error) ?? String(error);
  }
}

test('a truncated object is never passed as whole', async () => {
  for (const transferSyntaxUid of syntaxes.slice(0, 3)) {
    const encoded = encodeDataSet(object, transferSyntaxUid);
    for (let length = 0; length < encoded.length; length += 3) {
      const run = await tryRun(encoded.slice(0, length), transferSyntaxUid);
      const code =
        typeof run === 'string'
          ? run
          : run.outcome.kind === 'withheld'
            ? run.outcome.code
            : 'passed';
      assert.equal(code, 'DEID_MALFORMED', `${length} bytes`);
    }
  }
});

test('a damaged object gives a code or an output without what it hid', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...syntaxes.slice(0, 3)),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
        maxLength: 4,
      }),
      async (transferSyntaxUid, damage) => {
        const encoded = encodeDataSet(object, transferSyntaxUid);
        for (const [at, byte] of damage) encoded[at % encoded.length] = byte;
        const run = await tryRun(encoded, transferSyntaxUid);
        if (typeof run === 'string') assert.match(run, /^DEID_/);
        else assert.equal(findLeak(run.file, ['Kanary']), undefined);
      },
    ),
    { numRuns: 1500, seed: 42 },
  );
});
