import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { framesOf, makeEnhanced } from '../../../test/support/make-enhanced.ts';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  encodeDataSet,
  type Keyword,
  sopClass,
  type Tag,
  tag as t,
  transferSyntax,
} from '../../dicom/index.ts';
import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';
import type { Fact } from '../fact.ts';
import type { ImageFacts, SliceFacts } from '../image-facts.ts';
import { readStandardFacts } from '../read-standard.ts';

function read(header: DataSet, omitted: readonly Tag[] = []): ImageFacts {
  const sopClassUid = sopClass.EnhancedMRImageStorage;
  return readStandardFacts({ header, omitted, sopClassUid, tokenOf: (text) => `<${text}>` });
}

/** An object with these functional groups, and nothing else that says anything. */
function objectOf(
  shared: DataSet,
  frames: readonly DataSet[],
  more: Readonly<Partial<Record<Keyword, string>>> = {},
): DataSet {
  return dataSetOf({
    NumberOfFrames: frames.length,
    Rows: 4,
    Columns: 4,
    SharedFunctionalGroupsSequence: [shared],
    PerFrameFunctionalGroupsSequence: frames,
    ...more,
  });
}

const valueOf = (given: Fact<unknown> | undefined): unknown =>
  given?.kind === 'value' ? given.value : given?.kind;

/** What the first frame of one, or an object of it, says. */
function firstOf(
  shared: DataSet,
  frame: DataSet,
  more?: Parameters<typeof objectOf>[2],
): SliceFacts {
  const [slice] = read(objectOf(shared, [frame], more)).slices;
  return slice ?? assert.fail('a slice');
}

const echo = (ms: number): DataSet =>
  dataSetOf({ MREchoSequence: [dataSetOf({ EffectiveEchoTime: ms })] });
const nothing: DataSet = new Map();

test('an object without functional groups has no slices of its own', () => {
  assert.deepEqual(read(dataSetOf({ NumberOfFrames: '3' })).slices, []);
});

test('there is a slice for each frame, in their order, and none where they do not fit', () => {
  const frames = framesOf(3, 2, 'slice');
  const { header } = makeEnhanced({ frames });
  assert.deepEqual(
    read(header).slices.map(({ frame, frameNumber }) => [frame, valueOf(frameNumber)]),
    frames.map((_, index) => [index, index]),
  );
  for (const count of ['5', '7', '', 'x', '1\\2', '99999999']) {
    const other = new Map(header);
    other.set(t.NumberOfFrames, elementOf(t.NumberOfFrames, count));
    assert.deepEqual(read(other).slices, [], count);
  }
});

test('what a frame says wins over what all say, macro by macro', () => {
  assert.equal(valueOf(firstOf(echo(30), echo(12.5)).echoTime), 12.5);
  assert.equal(valueOf(firstOf(echo(30), nothing).echoTime), 30);
  const weighted = dataSetOf({
    MRDiffusionSequence: [
      dataSetOf({
        DiffusionBValue: 1000,
        DiffusionGradientDirectionSequence: [
          dataSetOf({ DiffusionGradientOrientation: [0, 0.6, 0.8] }),
        ],
      }),
    ],
  });
  const plain = dataSetOf({ MRDiffusionSequence: [dataSetOf({ DiffusionBValue: 0 })] });
  assert.deepEqual(valueOf(firstOf(weighted, nothing).gradientDirection), [0, 0.6, 0.8]);
  const own = firstOf(weighted, plain);
  assert.deepEqual([valueOf(own.bValue), own.gradientDirection], [0, undefined]);
});

test('a place that no group states is none, whatever the object says', () => {
  const slice = firstOf(nothing, nothing, { ImagePositionPatient: '1\\2\\3' });
  assert.deepEqual(slice.position, { kind: 'absent' });
});

test('a macro of two items, or of bytes that are no items, is not kept', () => {
  const twice = dataSetOf({
    PlanePositionSequence: [
      dataSetOf({ ImagePositionPatient: '1\\2\\3' }),
      dataSetOf({ ImagePositionPatient: '1\\2\\3' }),
    ],
  });
  const bytes: DataElement = {
    tag: t.PlanePositionSequence,
    vr: 'UN',
    value: Buffer.from('SYNTHETIC^ADA '),
  };
  for (const group of [twice, new Map([[bytes.tag, bytes]])]) {
    assert.equal(firstOf(nothing, group).position?.kind, 'not-kept');
    assert.equal(firstOf(group, nothing).position?.kind, 'not-kept');
  }
});

test('a number of a wrong VR, or out of its range, is not kept', () => {
  const groups: readonly DataElement[] = [
    { tag: t.EffectiveEchoTime, vr: 'LO', value: Buffer.from('30') },
    { tag: t.EffectiveEchoTime, vr: 'FD', value: new Uint8Array(8).fill(0xff) },
    elementOf(t.EffectiveEchoTime, -1),
  ];
  for (const element of groups) {
    const item = new Map([[element.tag, element]]);
    const group = dataSetOf({ MREchoSequence: [item] });
    assert.equal(firstOf(nothing, group).echoTime?.kind, 'not-kept');
  }
});

test('an element that was too long to be held is not kept', () => {
  const header = objectOf(nothing, [echo(30)]);
  assert.equal(read(header, [t.EffectiveEchoTime]).slices[0]?.echoTime?.kind, 'not-kept');
});

const type = (frameType: string, component?: string): DataSet =>
  dataSetOf({
    MRImageFrameTypeSequence: [
      dataSetOf({
        FrameType: frameType,
        ...(component === undefined ? {} : { ComplexImageComponent: component }),
      }),
    ],
  });

test('what a frame is: by its own type, which is no map of what it is weighted by', () => {
  const rows: readonly (readonly [DataSet, string | undefined, string | undefined])[] = [
    [type('ORIGINAL\\PRIMARY\\T1\\FIELD_MAP', 'REAL'), 'real', 'B0'],
    [type('ORIGINAL\\PRIMARY\\T1\\M'), 'magnitude', undefined],
    [type('ORIGINAL\\PRIMARY\\M\\NONE'), 'magnitude', undefined],
    [type('ORIGINAL\\PRIMARY\\T2\\M', 'PHASE'), 'phase', undefined],
    [type('DERIVED\\PRIMARY\\DIFFUSION\\ADC', 'MAGNITUDE'), 'magnitude', 'ADC'],
    [type('ORIGINAL\\PRIMARY\\T1\\M', 'MIXED'), 'magnitude', undefined],
  ];
  for (const [group, component, map] of rows) {
    const { kind } = firstOf(nothing, group, { ImageType: 'ORIGINAL\\PRIMARY\\T1\\MIXED' });
    assert.deepEqual([kind?.component, kind?.map], [component, map]);
  }
  const { kind, imageType } = firstOf(nothing, nothing, { ImageType: 'ORIGINAL\\PRIMARY\\T1\\P' });
  assert.deepEqual([kind?.component, kind?.map], ['phase', undefined]);
  assert.equal(valueOf(imageType), '<ORIGINAL\\PRIMARY\\T1\\P>');
});

test('isotropic weightings are a map beside directions, else what was measured', () => {
  const weighted = (directionality: string): DataSet =>
    dataSetOf({
      MRDiffusionSequence: [
        dataSetOf({ DiffusionBValue: 1000, DiffusionDirectionality: directionality }),
      ],
    });
  const maps = (...of: readonly string[]): readonly unknown[] =>
    read(objectOf(nothing, of.map(weighted))).slices.map(({ kind }) => kind?.map);
  assert.deepEqual(maps('NONE', 'ISOTROPIC'), [undefined, undefined]);
  assert.deepEqual(maps('DIRECTIONAL', 'ISOTROPIC'), [undefined, 'TRACEW']);
});

test('objects converted from single images say what has no macro beside them', () => {
  const shared = dataSetOf({
    UnassignedSharedConvertedAttributesSequence: [
      dataSetOf({ RepetitionTime: '2000', EchoTime: '30' }),
    ],
  });
  const frame = dataSetOf({
    UnassignedPerFrameConvertedAttributesSequence: [
      dataSetOf({ InstanceNumber: '17', EchoTime: '31', TemporalPositionIdentifier: '2' }),
    ],
  });
  const slice = firstOf(shared, frame, { InstanceNumber: '1' });
  const { repetitionTime, echoTime, instanceNumber, temporalPosition } = slice;
  const told = [repetitionTime, echoTime, instanceNumber, temporalPosition].map(valueOf);
  assert.deepEqual(told, [2000, 31, 17, 2]);
});

test('parts of a concatenation count their frames on', () => {
  const { header } = makeEnhanced({
    frames: framesOf(2, 1, 'slice'),
    edit: { [t.ConcatenationFrameOffsetNumber]: 40, [t.InConcatenationNumber]: 3 },
  });
  assert.deepEqual(
    read(header).slices.map(({ frameNumber }) => valueOf(frameNumber)),
    [40, 41],
  );
});

test('the text of a stack does not leave', () => {
  const { header } = makeEnhanced({
    frames: framesOf(1, 2, 'slice', () => ({ stackId: 'SYNTHETIC^ADA' })),
  });
  assert.deepEqual(
    read(header).slices.map(({ stack }) => valueOf(stack)),
    ['<SYNTHETIC^ADA>', '<SYNTHETIC^ADA>'],
  );
});

/** A frame as Philips repeats it in a sequence of its own. */
function philipsFrame(
  own: { readonly ss?: number; readonly si?: number; readonly type?: string },
  said: { readonly slope: string; readonly intercept: string; readonly type: string },
  encode: (items: DataSet) => DataElement,
): DataSet {
  const copy = new Map<Tag, DataElement>([
    [0x20050010, elementOf(0x20050010, 'Philips MR Imaging DD 001', { vr: 'LO' })],
    ...dataSetOf(own.type === undefined ? {} : { RescaleType: own.type }),
  ]);
  if (own.si !== undefined) copy.set(0x2005100d, float(0x2005100d, own.si));
  if (own.ss !== undefined) copy.set(0x2005100e, float(0x2005100e, own.ss));
  return new Map([
    ...dataSetOf({
      PixelValueTransformationSequence: [
        dataSetOf({
          RescaleSlope: said.slope,
          RescaleIntercept: said.intercept,
          RescaleType: said.type,
        }),
      ],
    }),
    [0x20050014, elementOf(0x20050014, 'Philips MR Imaging DD 005', { vr: 'LO' })],
    [0x2005140f, encode(copy)],
  ]);
}

function float(tag: Tag, value: number): DataElement {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setFloat32(0, value, true);
  return { tag, vr: 'FL', value: bytes };
}

const asSequence = (item: DataSet): DataElement => ({ tag: 0x2005140f, vr: 'SQ', items: [item] });

/** As archives write a sequence that they do not know: UN, the item in implicit VR. */
function asUnknown(item: DataSet): DataElement {
  const body = encodeDataSet(item, transferSyntax.ImplicitVRLittleEndian);
  const head = new Uint8Array(8);
  viewOf(head).setUint16(0, 0xfffe, true);
  viewOf(head).setUint16(2, 0xe000, true);
  viewOf(head).setUint32(4, body.length, true);
  return { tag: 0x2005140f, vr: 'UN', value: concatBytes([head, body]) };
}

const shown = { slope: '2', intercept: '-10', type: 'US' };

for (const [form, encode] of Object.entries({ asSequence, asUnknown })) {
  test(`the measured scale of Philips, its own copy ${form}`, () => {
    const scaleOf = (
      own: Parameters<typeof philipsFrame>[0],
      said: typeof shown = shown,
    ): readonly unknown[] => {
      const { slope, intercept } = firstOf(nothing, philipsFrame(own, said, encode));
      return [valueOf(slope), valueOf(intercept)];
    };
    assert.deepEqual(scaleOf({ ss: 0.25, si: 5 }), [4, -20]);
    assert.deepEqual(scaleOf({ ss: 0.25, si: 0, type: 'normalized' }), [4, 0]);
    // Without SI: as shown, divided by RS x SS.
    assert.deepEqual(scaleOf({ ss: 0.25 }), [4, -20]);
    assert.deepEqual(scaleOf({ ss: 0 }), [2, -10]);
    assert.deepEqual(scaleOf({}), [2, -10]);
    // A value that has a unit keeps it, whichever copy says so.
    assert.deepEqual(scaleOf({ ss: 0.25, si: 5, type: 'Hz' }), [2, -10]);
    assert.deepEqual(scaleOf({ ss: 0.25, si: 5 }, { ...shown, type: 'mm2/s' }), [2, -10]);
    assert.deepEqual(scaleOf({ ss: Number.NaN }), ['not-kept', 'not-kept']);
  });
}

test('values of a parametric map are those of its one linear mapping, of other images they are not', () => {
  const mapped = (slope: number): DataSet =>
    dataSetOf({ RealWorldValueSlope: slope, RealWorldValueIntercept: -3 });
  const object = (...maps: readonly DataSet[]): DataSet =>
    objectOf(
      dataSetOf({
        PixelValueTransformationSequence: [
          dataSetOf({ RescaleSlope: '1', RescaleIntercept: '0', RescaleType: 'US' }),
        ],
        RealWorldValueMappingSequence: maps,
      }),
      [nothing],
    );
  const scaleOf = (header: DataSet, sopClassUid: string): readonly unknown[] => {
    const source = { header, omitted: [], sopClassUid, tokenOf: String };
    const [slice] = readStandardFacts(source).slices;
    return [slice?.slope, slice?.intercept, slice?.realWorld].map(valueOf);
  };
  const { ParametricMapStorage: map, EnhancedMRImageStorage: other } = sopClass;
  assert.deepEqual(scaleOf(object(mapped(0.01)), map), [0.01, -3, 'same']);
  assert.deepEqual(scaleOf(object(mapped(0.01)), other), [1, 0, 'other']);
  assert.deepEqual(scaleOf(object(mapped(0.01), mapped(2)), map), [1, 0, 'other']);
});

test('a copy that cannot be read leaves the scale unknown', () => {
  const damaged = (): DataElement => ({
    tag: 0x2005140f,
    vr: 'UN',
    value: Buffer.from('SYNTHETIC^ADA '),
  });
  const { slope } = firstOf(nothing, philipsFrame({}, shown, damaged));
  assert.equal(slope?.kind, 'not-kept');
});

test('any functional groups are read without failing, and in time that follows what is there', () => {
  const keywords: readonly Keyword[] = [
    'PlanePositionSequence',
    'FrameContentSequence',
    'MREchoSequence',
    'MRDiffusionSequence',
    'DimensionIndexValues',
    'ImagePositionPatient',
    'EffectiveEchoTime',
    'StackID',
    'RealWorldValueMappingSequence',
    'UnassignedPerFrameConvertedAttributesSequence',
    'PixelValueTransformationSequence',
    'MRImageFrameTypeSequence',
  ];
  const vrs = ['UN', 'DS', 'FD', 'UL', 'CS', 'LO'] as const;
  const { element: anything } = fc.letrec<{ element: DataElement; set: DataSet }>((tie) => ({
    element: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        tag: fc.constantFrom(...keywords).map((keyword) => t[keyword]),
        vr: fc.constantFrom(...vrs),
        value: fc.uint8Array({ maxLength: 24 }),
      }),
      fc.record({
        tag: fc.constantFrom(...keywords).map((keyword) => t[keyword]),
        vr: fc.constant('SQ' as const),
        items: fc.array(tie('set'), { maxLength: 3 }),
      }),
    ),
    set: fc
      .array(tie('element'), { maxLength: 4 })
      .map((elements) => new Map(elements.map((element) => [element.tag, element]))),
  }));
  const group = fc
    .array(anything, { maxLength: 6 })
    .map((elements): DataSet => new Map(elements.map((element) => [element.tag, element])));
  fc.assert(
    fc.property(group, fc.array(group, { minLength: 1, maxLength: 4 }), (shared, frames) => {
      assert.equal(read(objectOf(shared, frames)).slices.length, frames.length);
    }),
  );
});

test('what is of all frames is decoded once, however many there are', () => {
  const copy = encodeDataSet(
    dataSetOf({ RescaleSlope: '2', ImageComments: 'x'.repeat(4000) }),
    transferSyntax.ImplicitVRLittleEndian,
  );
  const item = concatBytes([Uint8Array.of(0xfe, 0xff, 0x00, 0xe0), lengthOf(copy), copy]);
  let reads = 0;
  const counted = {
    tag: 0x2005100f,
    vr: 'UN',
    get value() {
      reads += 1;
      return item;
    },
  } as DataElement; // no sequence
  const shared = new Map<Tag, DataElement>([
    [0x20050010, elementOf(0x20050010, 'Philips MR Imaging DD 005')],
    [0x2005100f, counted],
  ]);
  const readsOf = (frames: number): number => {
    reads = 0;
    read(
      objectOf(
        shared,
        Array.from({ length: frames }, () => nothing),
      ),
    );
    return reads;
  };
  assert.equal(readsOf(40), readsOf(2));
});

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  viewOf(length).setUint32(0, bytes.length, true);
  return length;
}
