import { open } from 'node:fs/promises';
import {
  createTokenWriter,
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  encodeFileHeader,
  getString,
  sopClass,
  type Tag,
  tag as t,
  transferSyntax,
} from '../../src/dicom/index.ts';
import { tokensOf } from '../../src/dicom/stream/data-set-codec.ts';
import { framesOf, type MadeFrame, makeEnhanced } from './make-enhanced.ts';

/** What a large object is like. */
export interface LargeOptions {
  readonly slices: number;
  readonly times: number;
  /** Which frames follow each other: those of a time, or those of a place. */
  readonly fastest: 'slice' | 'time';
  /** Elements of a vendor in each frame beside those of the standard. */
  readonly vendorElements: number;
  /** Whether the vendor's values are of each frame. */
  readonly isOwn: boolean;
  readonly rows: number;
  readonly columns: number;
}

/** Write a large enhanced object piece by piece: it is never held. Gives its SOP Instance UID. */
export async function writeLargeEnhanced(path: string, options: LargeOptions): Promise<string> {
  const { slices, times, fastest, rows, columns } = options;
  const frames = framesOf(slices, times, fastest, (_, time) => ({ timeIndex: time + 1 }));
  const { header } = makeEnhanced({ frames: frames.slice(0, 1), rows: 1, columns: 1 });
  const root = new Map(header);
  root.set(t.NumberOfFrames, elementOf(t.NumberOfFrames, frames.length));
  root.set(t.Rows, elementOf(t.Rows, rows));
  root.set(t.Columns, elementOf(t.Columns, columns));
  root.delete(t.PerFrameFunctionalGroupsSequence);
  const transferSyntaxUid = transferSyntax.ExplicitVRLittleEndian;
  const sopInstanceUid = getString(header, t.SOPInstanceUID) ?? '';
  const sopClassUid = sopClass.EnhancedMRImageStorage;
  const writer = createTokenWriter({ transferSyntaxUid, lengths: 'recode' });
  const encode = (dataSet: DataSet): Uint8Array[] =>
    tokensOf(dataSet, transferSyntaxUid)
      .flatMap((token) => writer.write(token))
      .toArray();
  const file = await open(path, 'w');
  try {
    const put = async (chunks: readonly Uint8Array[]): Promise<void> => {
      await file.write(Buffer.concat(chunks));
    };
    await put([encodeFileHeader({ sopClassUid, sopInstanceUid, transferSyntaxUid })]);
    await put(encode(root));
    const vr = 'SQ';
    const tag = t.PerFrameFunctionalGroupsSequence;
    await put(writer.write({ kind: 'sequence-start', tag, vr, length: undefined }).slice());
    for (const [index, frame] of frames.entries()) {
      await put([
        ...writer.write({ kind: 'item-start', length: undefined }),
        ...encode(groupsOf(frame, index, options)),
        ...writer.write({ kind: 'item-end', delimited: true }),
      ]);
    }
    await put([
      ...writer.write({ kind: 'sequence-end', delimited: true }),
      ...writer.write({
        kind: 'value-start',
        tag: t.PixelData,
        vr: 'OW',
        length: 2 * rows * columns * frames.length,
      }),
    ]);
    for (const [index] of frames.entries()) {
      const words = new Uint16Array(rows * columns).map((_, at) => index * 7 + at);
      await put([new Uint8Array(words.buffer)]);
    }
  } finally {
    await file.close();
  }
  return sopInstanceUid;
}

/** Functional groups as MR scanners write them: many macros, most alike in all frames. */
function groupsOf(frame: MadeFrame, index: number, options: LargeOptions): DataSet {
  const made = makeEnhanced({ frames: [frame], rows: 1, columns: 1 }).header.get(
    t.PerFrameFunctionalGroupsSequence,
  );
  const own = made?.vr === 'SQ' ? made.items.at(0) : undefined;
  const all = new Map<Tag, DataElement>([
    ...(own ?? []),
    ...macros,
    ...vendorGroup(index, options),
  ]);
  return new Map([...all].toSorted(([a], [b]) => a - b));
}

const macros: DataSet = dataSetOf({
  MRTimingAndRelatedParametersSequence: [
    dataSetOf({
      RepetitionTime: 2000,
      FlipAngle: 77,
      EchoTrainLength: 1,
      RFEchoTrainLength: 0,
      GradientEchoTrainLength: 43,
      GradientOutputType: 'DB_DT',
      GradientOutput: 41.5,
    }),
  ],
  MREchoSequence: [dataSetOf({ EffectiveEchoTime: 30 })],
  MRModifierSequence: [
    dataSetOf({
      InversionRecovery: 'NO',
      FlowCompensation: 'NONE',
      Spoiling: 'NONE',
      T2Preparation: 'NO',
      SpectrallySelectedExcitation: 'WATER',
      SpatialPresaturation: 'NONE',
      PartialFourier: 'NO',
      ParallelAcquisition: 'YES',
      ParallelAcquisitionTechnique: 'SENSE',
      ParallelReductionFactorInPlane: 2,
      ParallelReductionFactorOutOfPlane: 1,
    }),
  ],
  MRImagingModifierSequence: [
    dataSetOf({
      MagnetizationTransfer: 'NONE',
      BloodSignalNulling: 'NO',
      Tagging: 'NONE',
      TransmitterFrequency: 127.77,
      PixelBandwidth: 1500,
    }),
  ],
  MRFOVGeometrySequence: [
    dataSetOf({
      InPlanePhaseEncodingDirection: 'ROW',
      MRAcquisitionFrequencyEncodingSteps: 64,
      MRAcquisitionPhaseEncodingStepsInPlane: 64,
      PercentSampling: 100,
      PercentPhaseFieldOfView: 100,
    }),
  ],
  MRAveragesSequence: [dataSetOf({ NumberOfAverages: 1 })],
  PixelValueTransformationSequence: [
    dataSetOf({ RescaleIntercept: 0, RescaleSlope: 2, RescaleType: 'US' }),
  ],
  FrameVOILUTSequence: [dataSetOf({ WindowCenter: 500, WindowWidth: 900 })],
  FrameAnatomySequence: [
    dataSetOf({
      FrameLaterality: 'U',
      AnatomicRegionSequence: [
        dataSetOf({
          CodeValue: 'T-A0100',
          CodingSchemeDesignator: 'SRT',
          CodeMeaning: 'Brain',
        }),
      ],
    }),
  ],
});

const vendorBlock = 0x2005_1000;
/** Where Philips repeats for each frame what a single image of it would say; its scale is there. */
const copy = vendorBlock + 0x0f;
const [scaleIntercept, scaleSlope] = [vendorBlock + 0x0d, vendorBlock + 0x0e];

function vendorGroup(index: number, { vendorElements, isOwn }: LargeOptions): DataSet {
  if (vendorElements === 0) return new Map();
  const creator = (text: string): readonly [Tag, DataElement] => [
    0x2005_0010,
    elementOf(0x2005_0010, text, { vr: 'LO' }),
  ];
  const inner = new Map([creator('Philips MR Imaging DD 001')]);
  for (let at = 0; at < vendorElements; at += 1) {
    const tag = vendorBlock + at;
    const value = isOwn ? index * 1000 + at : at;
    if (tag === scaleIntercept) inner.set(tag, elementOf(tag, [0], { vr: 'FL' }));
    else if (tag === scaleSlope) inner.set(tag, elementOf(tag, [0.5], { vr: 'FL' }));
    else if (at % 2 === 0) inner.set(tag, elementOf(tag, [value], { vr: 'SL' }));
    else inner.set(tag, elementOf(tag, `WORD ${value}`, { vr: 'LO' }));
  }
  const outer = creator('Philips MR Imaging DD 005');
  return new Map([outer, [copy, { tag: copy, vr: 'SQ', items: [inner] }]]);
}
