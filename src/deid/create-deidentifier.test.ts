import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  findLeak,
  imageOf,
  runDeid,
  runInstance,
  testPixels,
  testSubject,
  testUidRoot,
} from '../../test/conformance/ps3.15/deid-object.ts';
import { encapsulate } from '../../test/support/encapsulate.ts';
import { encodeLossless } from '../../test/support/lossless-jpeg.ts';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  encodeDataSet,
  getBytes,
  getString,
  type Instance,
  sopClass,
  tag as t,
  transferSyntax,
  type Vr,
} from '../dicom/index.ts';
import { vendorClassesWithoutImage } from '../facts/index.ts';
import { readDeidentified } from '../flow/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { concatBytes } from '../lib/bytes/bytes.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { jsonLog } from '../lib/log.ts';
import { createDeidentifier } from './create-deidentifier.ts';
import type { DeidentifyOutcome } from './deidentifier.ts';

/** Why an instance is withheld; undefined if it is not. */
const codeWithheld = (outcome: DeidentifyOutcome): string | undefined =>
  outcome.kind === 'withheld' ? outcome.code : undefined;

const pixelData = (value: Uint8Array): DataElement => ({ tag: t.PixelData, vr: 'OW', value });

async function codeFor(dataSet: DataSet): Promise<string> {
  const { outcome } = await runDeid(dataSet);
  return outcome.kind === 'withheld' ? outcome.code : 'released';
}

test('the output says who the subject now is and what was done', async () => {
  const { dataSet, file } = await runDeid(imageOf());
  assert.equal(getString(dataSet, t.PatientID), testSubject);
  assert.equal(getString(dataSet, t.PatientName), testSubject);
  assert.equal(getString(dataSet, t.PatientIdentityRemoved), 'YES');
  assert.equal(getString(dataSet, t.LongitudinalTemporalInformationModified), 'REMOVED');
  const method = dataSet.get(t.DeidentificationMethodCodeSequence);
  assert(method?.vr === 'SQ' && method.items.at(0) !== undefined);
  assert.equal(getString(method.items.at(0) ?? new Map(), t.CodeValue), '113100');
  assert.ok(file.subarray(0, 128).every((byte) => byte === 0));
});

test('the file meta information names the new instance', async () => {
  const run = await runDeid(imageOf());
  assert(run.outcome.kind === 'released');
  const { sopInstanceUid, header } = readDeidentified(run.outcome.instance);
  assert.match(sopInstanceUid, /^2\.25\./);
  assert.equal(getString(header, t.SOPInstanceUID), sopInstanceUid);
  assert.equal(Buffer.from(run.file).indexOf(sopInstanceUid) < 400, true);
  assert.equal(findLeak(run.file, [testUidRoot]), undefined);
});

test('pixels are the bytes that came', async () => {
  const run = await runDeid(imageOf());
  const pixels = run.dataSet.get(t.PixelData);
  assert(pixels !== undefined && pixels.vr !== 'SQ');
  assert.deepEqual(pixels.value, testPixels);
});

const oneBit = { BitsAllocated: 1, BitsStored: 1, HighBit: 0, PixelRepresentation: 0 } as const;

test('bits behind the last pixel are zero, of native data and of RLE', async () => {
  const odd = { ...oneBit, Rows: 3, Columns: 3 } as const;
  const native = await runDeid(imageOf(odd, [pixelData(Uint8Array.of(0xff, 0xff))]));
  assert.deepEqual([...(getBytes(native.dataSet, t.PixelData) ?? [])], [0xff, 0x01]);
  // One segment of two bytes, from byte 64 on.
  const rle = concatBytes([
    Uint8Array.of(1, 0, 0, 0, 64),
    new Uint8Array(59),
    Uint8Array.of(1, 0xff, 0xff, 0),
  ]);
  const coded = await runDeid(imageOf(odd), {
    transferSyntaxUid: transferSyntax.RLELossless,
    encoded: encapsulate(imageOf(odd), transferSyntax.RLELossless, [rle]),
  });
  assert.ok(coded.outcome.kind === 'released', codeWithheld(coded.outcome));
  assert.ok(Buffer.from(coded.file).includes(Buffer.of(1, 0xff, 0x01)));
  assert.equal(Buffer.from(coded.file).includes(Buffer.of(1, 0xff, 0xff)), false);
});

test('colours of one bit are no image that can be judged', async () => {
  const colours = { SamplesPerPixel: 3, PhotometricInterpretation: 'RGB', PlanarConfiguration: 0 };
  const bits = pixelData(new Uint8Array(6));
  const image = imageOf({ ...oneBit, ...colours, BurnedInAnnotation: 'NO' }, [bits]);
  assert.equal(await codeFor(image), 'DEID_MALFORMED');
});

test('pixels of a byte in big endian words leave as bytes in their order', async () => {
  const odd = {
    Rows: 3,
    Columns: 3,
    BitsAllocated: 8,
    BitsStored: 8,
    HighBit: 7,
    PixelRepresentation: 0,
  };
  // Values are held little endian: in the file, words of two are swapped.
  const inWords = pixelData(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 0));
  for (const chunkBytes of [1, 3, 1000]) {
    const { dataSet } = await runDeid(imageOf(odd, [inWords]), {
      transferSyntaxUid: transferSyntax.ExplicitVRBigEndian,
      chunkBytes,
    });
    assert.equal(dataSet.get(t.PixelData)?.vr, 'OB');
    assert.deepEqual([...(getBytes(dataSet, t.PixelData) ?? [])], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
  }
});

test('bits that the header calls unused are zero', async () => {
  const text = Buffer.from('Mrs Smith was here, in high bits');
  const { file } = await runDeid(imageOf({ BitsStored: 4, HighBit: 3 }, [pixelData(text)]));
  assert.equal(findLeak(file, ['Mrs', 'Smith', 'here']), undefined);
  for (let index = 0; index < text.length; index += 2) text[index + 1] = 0;
  for (let index = 0; index < text.length; index += 2) text[index] = (text[index] ?? 0) & 0x0f;
  assert.deepEqual(file.subarray(-32), new Uint8Array(text));
});

test('samples cut anywhere by the network are cleaned as whole ones are', async () => {
  const noise = Uint8Array.from({ length: 32 }, (_, index) => (index * 91) & 0xff);
  for (const transferSyntaxUid of [
    transferSyntax.ExplicitVRLittleEndian,
    transferSyntax.ExplicitVRBigEndian,
  ]) {
    const image = imageOf({ PixelRepresentation: 1 }, [pixelData(noise)]);
    const whole = await runDeid(image, { transferSyntaxUid });
    for (const chunkBytes of [1, 3, 5, 7]) {
      const cut = await runDeid(image, { transferSyntaxUid, chunkBytes });
      assert.deepEqual(cut.file, whole.file, `${chunkBytes}`);
    }
  }
});

test('one key gives one output, another gives other identifiers', async () => {
  const first = await runDeid(imageOf());
  const again = await runDeid(imageOf());
  assert.deepEqual(again.file, first.file);
  const collectionKey = new Uint8Array(32).fill(8);
  const other = await runDeid(imageOf(), { deidentifier: { collectionKey } });
  for (const tag of [t.StudyInstanceUID, t.SeriesInstanceUID, t.SOPInstanceUID]) {
    assert.notEqual(getString(other.dataSet, tag), getString(first.dataSet, tag));
  }
});

test('a UID is replaced alike wherever it stands', async () => {
  const uid = `${testUidRoot}.5`;
  const reference = dataSetOf({ ReferencedSOPInstanceUID: uid });
  const { dataSet } = await runDeid(
    imageOf({
      FrameOfReferenceUID: uid,
      ReferencedSeriesSequence: [dataSetOf({ ReferencedSOPSequence: [reference] })],
    }),
  );
  const series = dataSet.get(t.ReferencedSeriesSequence);
  assert(series?.vr === 'SQ');
  const instances = series.items.at(0)?.get(t.ReferencedSOPSequence);
  assert(instances?.vr === 'SQ' && instances.items.at(0) !== undefined);
  const nested = getString(instances.items.at(0) ?? new Map(), t.ReferencedSOPInstanceUID);
  assert.equal(nested, getString(dataSet, t.FrameOfReferenceUID));
});

test('a code in a kept sequence stays, without the words that came with it', async () => {
  const head = dataSetOf({
    CodeValue: '69536005',
    CodingSchemeDesignator: 'SCT',
    CodeMeaning: 'head of Mrs Smith',
  });
  const { dataSet } = await runDeid(imageOf({ AnatomicRegionSequence: [head] }));
  const region = dataSet.get(t.AnatomicRegionSequence);
  assert(region?.vr === 'SQ' && region.items.at(0) !== undefined);
  assert.equal(getString(region.items.at(0) ?? new Map(), t.CodeValue), '69536005');
  assert.equal(getString(region.items.at(0) ?? new Map(), t.CodeMeaning), 'Head');
});

for (const [what, code, change] of [
  ['kinds of objects', 'DEID_UNSUPPORTED_SOP_CLASS', { sopClassUid: '1.2.3' }],
  ['transfer syntaxes', 'DEID_COMPRESSED_UNCHECKED', { transferSyntaxUid: '1.2.3' }],
] as const) {
  test(`unknown ${what} are withheld, and their source is released`, async () => {
    const { instance, released } = watched(imageOf({ SOPClassUID: '1.2.3' }));
    const { outcome } = await runInstance({ ...instance, ...change });
    assert.equal(codeWithheld(outcome), code);
    assert.equal(released(), true);
  });
}

test('an object without pixel data of a kind without profile holds no image', async () => {
  const raw = new Map(imageOf({ SOPClassUID: sopClass.RawDataStorage }));
  assert.equal(await codeFor(raw), 'DEID_UNSUPPORTED_SOP_CLASS');
  raw.delete(t.PixelData);
  assert.equal(await codeFor(raw), 'DEID_NO_IMAGE');
  const slice = new Map(imageOf());
  slice.delete(t.PixelData);
  const { instance, released } = watched(slice);
  const { outcome } = await runInstance({ ...instance, sopClassUid: sopClass.RawDataStorage });
  assert.equal(codeWithheld(outcome), 'DEID_MALFORMED');
  assert.equal(released(), true);
});

test('an object that calls itself otherwise than the archive did is withheld', async () => {
  const run = await runInstance({
    sopClassUid: sopClass.CTImageStorage,
    sopInstanceUid: '1.2',
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    dataSet: (async function* () {
      yield encodeDataSet(imageOf(), transferSyntax.ExplicitVRLittleEndian);
    })(),
  });
  assert.equal(codeWithheld(run.outcome), 'DEID_MALFORMED');
});

test('bytes beyond the image are dropped, a shorter image is withheld', async () => {
  const dirty = Buffer.concat([testPixels, Buffer.from('Mrs Smith.')]);
  const longer: DataElement = { tag: t.PixelData, vr: 'OW', value: dirty };
  const { file } = await runDeid(imageOf({}, [longer]));
  assert.deepEqual(file, (await runDeid(imageOf())).file);
  const shorter: DataElement = { tag: t.PixelData, vr: 'OW', value: testPixels.subarray(2) };
  assert.equal(await codeFor(imageOf({}, [shorter])), 'DEID_MALFORMED');
});

test('what follows the pixel data is dropped', async () => {
  const secret = Buffer.from('Mrs Smith.');
  const { file } = await runDeid(
    imageOf({}, [
      { tag: t.DataSetTrailingPadding, vr: 'OB', value: secret },
      { tag: 0x7fe10010, vr: 'LO', value: secret },
      elementOf(t.DigitalSignaturesSequence, [dataSetOf({ PatientName: 'Mrs Smith.' })]),
    ]),
  );
  assert.deepEqual(file, (await runDeid(imageOf())).file);
});

test('an object without pixel data, or with an impossible size, is withheld', async () => {
  const without = new Map(imageOf());
  without.delete(t.PixelData);
  assert.equal(await codeFor(without), 'DEID_MALFORMED');
  assert.equal(await codeFor(imageOf({ BitsAllocated: 12 })), 'DEID_MALFORMED');
  assert.equal(await codeFor(imageOf({ NumberOfFrames: '60000' })), 'DEID_MALFORMED');
});

test('pixel data with room for a second frame that nobody counts are withheld', async () => {
  const double: DataElement = { tag: t.PixelData, vr: 'OW', value: new Uint8Array(64) };
  assert.equal(await codeFor(imageOf({}, [double])), 'DEID_MALFORMED');
  assert.equal(await codeFor(imageOf({ NumberOfFrames: '1' }, [double])), 'released');
});

const raw = (keyword: keyof typeof t, vr: Exclude<Vr, 'SQ'>, value: string): DataElement => ({
  tag: t[keyword],
  vr,
  value: Buffer.from(value, 'latin1'),
});

for (const [what, element] of [
  ['a slope with a decimal comma', raw('RescaleSlope', 'DS', '2,5 ')],
  ['a slope that is no number', raw('RescaleSlope', 'DS', 'NaN ')],
  ['two slopes', raw('RescaleSlope', 'DS', '2\\3 ')],
  ['a slope of another VR', raw('RescaleSlope', 'FD', '12345678')],
  ['an intercept with a comma', raw('RescaleIntercept', 'DS', '-1024,0 ')],
  ['a damaged position', raw('ImagePositionPatient', 'DS', '1\\2\\3,5 ')],
  ['no rows', elementOf(t.Rows, 0)],
  ['a representation of another VR', raw('PixelRepresentation', 'UL', '\0\0\0\0')],
  ['a padding value of another VR', raw('PixelPaddingValue', 'IS', '-2000 ')],
  ['an echo time with a comma', raw('EchoTime', 'DS', '2,5 ')],
  ['a Modality LUT', elementOf(t.ModalityLUTSequence, [dataSetOf({ LUTExplanation: 'x' })])],
  [
    'a damaged position of a frame',
    elementOf(t.PerFrameFunctionalGroupsSequence, [
      new Map(
        [
          elementOf(t.PlanePositionSequence, [
            new Map([[t.ImagePositionPatient, raw('ImagePositionPatient', 'DS', '1\\2\\x ')]]),
          ]),
        ].map((each) => [each.tag, each]),
      ),
    ]),
  ],
] as const) {
  test(`an instance with ${what} is withheld, never left without it`, async () => {
    assert.equal(await codeFor(imageOf({}, [element])), 'DEID_FACT_NOT_KEPT');
  });
}

test('a known element of VR UN is kept as the dictionary has it', async () => {
  const { dataSet } = await runDeid(
    imageOf({}, [raw('RescaleSlope', 'UN', '2.5 '), raw('RescaleIntercept', 'UN', '-1')]),
  );
  assert.equal(dataSet.get(t.RescaleSlope)?.vr, 'DS');
  assert.equal(getString(dataSet, t.RescaleIntercept), '-1');
});

test('pixel data of VR UN are read by the dictionary', async () => {
  const unknown: DataElement = { tag: t.PixelData, vr: 'UN', value: testPixels };
  assert.deepEqual((await runDeid(imageOf({}, [unknown]))).file, (await runDeid(imageOf())).file);
  const transferSyntaxUid = transferSyntax.ExplicitVRBigEndian;
  const { outcome } = await runDeid(imageOf({}, [unknown]), { transferSyntaxUid });
  assert.equal(codeWithheld(outcome), 'DEID_MALFORMED');
});

test('what follows from the length of the pixels is written, signedness is not', async () => {
  const absent = { SamplesPerPixel: '', PhotometricInterpretation: '', BitsStored: '' } as const;
  const run = await runDeid(imageOf({ ...absent, PixelRepresentation: '' }));
  const { dataSet, outcome } = run;
  assert.deepEqual(
    [t.SamplesPerPixel, t.PhotometricInterpretation, t.BitsStored].map((tag) =>
      getString(dataSet, tag),
    ),
    ['1', 'MONOCHROME2', '12'],
  );
  assert.equal(getString(dataSet, t.PixelRepresentation), undefined);
  assert(outcome.kind === 'released');
  const { facts } = readDeidentified(outcome.instance);
  assert.equal(facts.derived.length, 3);
  assert.equal(facts.pixelRepresentation.kind, 'absent');
});

test('what did not stay is counted by reason, and logged without its values', async () => {
  const lines: string[] = [];
  const log = jsonLog({ write: (line) => lines.push(line), nowMs: () => 0 });
  const object = imageOf({
    PatientID: '4711',
    ScanOptions: ['FS', 'SMITH'],
    SeriesNumber: '19700101',
    InstanceNumber: '4711',
    AnatomicRegionSequence: [dataSetOf({ CodeValue: '4711882', CodingSchemeDesignator: 'DCM' })],
    Manufacturer: 'Mrs Smith',
  });
  const { outcome } = await runDeid(object, { deidentifier: { log } });
  assert(outcome.kind === 'released');
  const { drops } = readDeidentified(outcome.instance);
  assert.deepEqual(drops, { term: 2, bounds: 1, identifier: 1, code: 1 });
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /"event":"deid.dropped","instances":1,"term":2,/);
  assert.doesNotMatch(lines[0] ?? '', /smith|4711|19700101/i);
});

test('a grid is withheld, also where only a private count tells of it', async () => {
  const mosaic = { ImageType: ['ORIGINAL', 'PRIMARY', 'M', 'MOSAIC'] };
  assert.equal(await codeFor(imageOf(mosaic)), 'DEID_GRID');
  const count: readonly DataElement[] = [
    { tag: 0x00190010, vr: 'LO', value: Buffer.from('SIEMENS MR HEADER ') },
    { tag: 0x0019100a, vr: 'US', value: Uint8Array.of(35, 0) },
  ];
  assert.equal(await codeFor(imageOf({}, count)), 'DEID_GRID');
});

/** The object with its pixel data as fragments behind an offset table that is none. */
const encapsulated = (dataSet: DataSet, uid: string, fragments: readonly Uint8Array[]) =>
  encapsulate(dataSet, uid, fragments, Buffer.from('Smith!!!'));

const clean = Buffer.from(
  encodeLossless(new Uint16Array(16), { rows: 4, columns: 4, precision: 12 }),
).toString('hex');
const jpeg = Buffer.from(`ffd8fffe000b4d7273205a6d697468${clean.slice(4)}`, 'hex');

async function runFragments(frames: string, fragments: readonly Uint8Array[]): Promise<Uint8Array> {
  const transferSyntaxUid = transferSyntax.JPEGLosslessSV1;
  const image = imageOf({ NumberOfFrames: frames });
  const encoded = encapsulated(image, transferSyntaxUid, fragments);
  return (await runDeid(image, { transferSyntaxUid, encoded })).file;
}

test('comments in compressed frames go, the offset table is emptied', async () => {
  const file = await runFragments('2', [jpeg, jpeg]);
  assert.equal(findLeak(file, ['Mrs', 'mith']), undefined);
  assert.equal(Buffer.from(file).toString('hex').split(clean).length, 3);
});

test('one frame may come in several fragments', async () => {
  const cut = await runFragments('1', [jpeg.subarray(0, 10), jpeg.subarray(10)]);
  assert.deepEqual(cut, await runFragments('1', [jpeg]));
});

test('a compressed frame that is another image than its header says is refused', async () => {
  const wide = Buffer.from(jpeg);
  wide[wide.indexOf('ffc3', 0, 'hex') + 8] = 5;
  await assert.rejects(runFragments('2', [jpeg, wide]), { code: 'DEID_FRAME_MISMATCH' });
});

test('fragments that cannot be told to frames are refused while the parts are read', async () => {
  await assert.rejects(runFragments('2', [jpeg]), { code: 'DEID_COMPRESSED_UNCHECKED' });
  await assert.rejects(runFragments('2', [jpeg, jpeg, jpeg]), {
    code: 'DEID_COMPRESSED_UNCHECKED',
  });
});

test('a transfer syntax that nothing can check is withheld', async () => {
  const transferSyntaxUid = '1.2.840.10008.1.2.4.100';
  const encoded = encapsulated(imageOf(), transferSyntaxUid, [jpeg]);
  const { outcome } = await runDeid(imageOf(), { transferSyntaxUid, encoded });
  assert.equal(codeWithheld(outcome), 'DEID_COMPRESSED_UNCHECKED');
});

test('a failure of the source is passed on as it is', async () => {
  const failing = runInstance({
    sopClassUid: sopClass.CTImageStorage,
    sopInstanceUid: '1.2',
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    // oxlint-disable-next-line require-yield -- a source that fails at once
    dataSet: (async function* (): AsyncGenerator<Uint8Array> {
      throw new Error('the network went away');
    })(),
  });
  await assert.rejects(failing, /network went away/);
});

/** An object whose source says when it was released. */
function watched(dataSet: DataSet): { readonly instance: Instance; released: () => boolean } {
  let released = false;
  const encoded = encodeDataSet(dataSet, transferSyntax.ExplicitVRLittleEndian);
  const instance = {
    sopClassUid: sopClass.CTImageStorage,
    sopInstanceUid: `${testUidRoot}.3`,
    transferSyntaxUid: transferSyntax.ExplicitVRLittleEndian,
    dataSet: (async function* () {
      try {
        yield encoded.subarray(0, encoded.length - 8);
        yield encoded.subarray(encoded.length - 8);
      } finally {
        released = true;
      }
    })(),
  };
  return { instance, released: () => released };
}

for (const kind of ['header', 'pixel'] as const) {
  test(`leaving the parts at the ${kind} releases the source`, async () => {
    const { instance, released } = watched(imageOf());
    const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32) });
    const outcome = await deidentifier
      .series({ subjectName: testSubject })
      .instance(identify(instance));
    assert(outcome.kind === 'released');
    for await (const part of readDeidentified(outcome.instance).read('file')) {
      if (part.kind === kind) break;
    }
    assert.equal(released(), true);
  });
}

test('without its header part an instance is the same pixels', async () => {
  const read = async (what: 'file' | 'pixels') => {
    const { instance } = watched(imageOf());
    const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32) });
    const outcome = await deidentifier
      .series({ subjectName: testSubject })
      .instance(identify(instance));
    assert(outcome.kind === 'released');
    const parts: { readonly kind: string; readonly bytes: Uint8Array }[] = [];
    for await (const { kind, bytes } of readDeidentified(outcome.instance).read(what))
      parts.push({ kind, bytes: bytes.slice() });
    return parts;
  };
  const [header, ...rest] = await read('file');
  assert.equal(header?.kind, 'header');
  assert.ok(rest.length > 0);
  assert.deepEqual(await read('pixels'), rest);
});

test('an instance that is withheld after its header releases the source', async () => {
  for (const values of [{ BurnedInAnnotation: 'YES' }, { Rows: 0 }, { Rows: 5 }]) {
    const { instance, released } = watched(imageOf(values));
    const { outcome } = await runInstance(instance);
    assert.equal(outcome.kind, 'withheld');
    assert.equal(released(), true);
  }
});

test('pixel data cut short fail while the parts are read', async () => {
  const encoded = encodeDataSet(imageOf(), transferSyntax.ExplicitVRLittleEndian);
  const cut = runDeid(imageOf(), { encoded: encoded.subarray(0, encoded.length - 4) });
  await assert.rejects(cut, (error) => codeOf(error) === 'DEID_MALFORMED');
});

test('of a C-FIND answer only what cannot identify is left', () => {
  const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32) });
  const record = dataSetOf({
    StudyDate: '20240102',
    AccessionNumber: 'A1',
    Modality: 'CT',
    Manufacturer: 'SIEMENS',
    BodyPartExamined: 'Mrs Smith',
    SeriesDescription: 'Mrs Smith',
    PatientName: 'Smith',
    PatientID: '1',
    StudyInstanceUID: '1.2.3',
    SeriesNumber: '4',
    ScanningSequence: 'SMITH',
    InstanceNumber: '20240102',
    NumberOfSeriesRelatedInstances: '300',
    Rows: 512,
  });
  const left = readDeidentified(deidentifier.metadata(identify(record)));
  assert.deepEqual(
    [...left.keys()].toSorted((a, b) => a - b),
    [t.Modality, t.Manufacturer, t.SeriesNumber, t.NumberOfSeriesRelatedInstances, t.Rows].toSorted(
      (a, b) => a - b,
    ),
  );
});

test('of a C-FIND answer no private element is left, nor one that an image may keep', () => {
  const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32) });
  const [creator, slope] = [0x20050010, 0x2005100e];
  const record = new Map([
    ...dataSetOf({ Modality: 'MR' }),
    [creator, elementOf(creator, 'Philips MR Imaging DD 001', { vr: 'LO' })] as const,
    [slope, elementOf(slope, 0.5, { vr: 'FL' })] as const,
  ]);
  const left = readDeidentified(deidentifier.metadata(identify(record)));
  assert.deepEqual([...left.keys()], [t.Modality]);
});

test('a C-FIND answer is left with its class where that says what kind of object it is', () => {
  const deidentifier = createDeidentifier({ collectionKey: new Uint8Array(32) });
  const left = (uid: string): string | undefined => {
    const record = identify(dataSetOf({ SOPClassUID: uid }));
    return getString(readDeidentified(deidentifier.metadata(record)), t.SOPClassUID);
  };
  const kinds = [sopClass.CTImageStorage, sopClass.RawDataStorage, ...vendorClassesWithoutImage];
  for (const uid of kinds) assert.equal(left(uid), uid);
  for (const uid of ['1.3.46.670589.5.0.10', '1.2.840.10008.5.1.4.1.1.2.19500101'])
    assert.match(left(uid) ?? '', /^2\.25\./);
});

test('the recipe names profile and digest', () => {
  const { recipe } = createDeidentifier({ collectionKey: new Uint8Array(32) });
  assert.match(recipe.profile, /^ps3\.15-2026c-basic\/\d+$/);
  assert.match(recipe.digest, /^[0-9a-f]{64}$/);
});
