import {
  type DataElement,
  type DataSet,
  dataSetOf,
  elementOf,
  encodeDataSet,
  encodeFileHeader,
  type Keyword,
  sopClass,
  type Tag,
  tag as t,
  transferSyntax,
  type ValueInput,
} from '../../src/dicom/index.ts';
import { concatBytes } from '../../src/lib/bytes/bytes.ts';

/** Three numbers. */
export type Vector = readonly [number, number, number];

/** A frame of a made object. */
export interface MadeFrame {
  /** Which slice of the phantom, along row x column, and which time of it. */
  readonly slice: number;
  readonly time: number;
  readonly rowDirection?: Vector;
  readonly columnDirection?: Vector;
  /** Dimension Index Values. */
  readonly indices?: readonly number[];
  readonly timeIndex?: number;
  readonly stackId?: string;
  readonly frameType?: string;
  readonly component?: string;
  readonly echoTime?: number;
  readonly slope?: number;
  readonly bValue?: number;
  readonly directionality?: string;
  readonly direction?: Vector;
  readonly triggerDelay?: number;
}

/** What a made object is like. */
export interface EnhancedOptions {
  /** In the order in which they are stored. */
  readonly frames: readonly MadeFrame[];
  readonly rows?: number;
  readonly columns?: number;
  /** Between rows, between columns, between slices. */
  readonly spacingMm?: Vector;
  readonly origin?: Vector;
  /** Whether measures and orientation are stated once for all frames. */
  readonly isShared?: boolean;
  /** Dimension Index Pointers; none: the object says nothing of what its indices mean. */
  readonly pointers?: readonly Tag[];
  readonly sopClassUid?: string;
  readonly instanceNumber?: number;
  /** Values count on from here. */
  readonly firstValue?: number;
  /** Elements to set in the object, or with undefined to take from it. */
  readonly edit?: Readonly<Record<number, ValueInput | DataElement | undefined>>;
  /** Elements to set in the functional groups of a frame. */
  readonly editFrame?: (
    frame: MadeFrame,
  ) => Readonly<Record<number, ValueInput | DataElement | undefined>>;
}

/** A made object. */
export interface MadeEnhanced {
  readonly header: DataSet;
  /** The whole Part 10 file. */
  readonly file: Uint8Array;
  /** Where each value lies, mm LPS, and at which time. No value is there twice. */
  readonly places: ReadonlyMap<number, { readonly at: Vector; readonly time: number }>;
}

const defaults = {
  rows: 6,
  columns: 5,
  spacingMm: [2, 2.5, 3],
  origin: [-30, -20, 15],
  isShared: true,
  pointers: [],
  sopClassUid: sopClass.EnhancedMRImageStorage,
  instanceNumber: 1,
  firstValue: 0,
  edit: {},
  editFrame: () => ({}),
} as const;

type Complete = Required<EnhancedOptions>;

/** Make an enhanced object of a phantom that has each value once. Synthetic in all it says. */
export function makeEnhanced(options: EnhancedOptions): MadeEnhanced {
  const complete: Complete = { ...defaults, ...options };
  const places = new Map<number, { readonly at: Vector; readonly time: number }>();
  const pixels = complete.frames.map((frame) => pixelsOf(frame, complete, places));
  const sopInstanceUid = `2.25.20240613.7.${complete.instanceNumber}`;
  const header = headerOf(complete, sopInstanceUid);
  const dataSet = new Map(header);
  const words = concatBytes(pixels);
  dataSet.set(t.PixelData, elementOf(t.PixelData, words, { vr: 'OW' }));
  const transferSyntaxUid = transferSyntax.ExplicitVRLittleEndian;
  const { sopClassUid } = complete;
  return {
    header,
    places,
    file: concatBytes([
      encodeFileHeader({ sopClassUid, sopInstanceUid, transferSyntaxUid }),
      encodeDataSet(dataSet, transferSyntaxUid),
    ]),
  };
}

/** Slices times times, times of a slice one after another (`time`) or slices of a time (`slice`). */
export function framesOf(
  slices: number,
  times: number,
  fastest: 'slice' | 'time',
  say: (slice: number, time: number) => Partial<MadeFrame> = () => ({}),
): MadeFrame[] {
  return Array.from({ length: slices * times }, (_, at) => {
    const [slice, time] =
      fastest === 'slice'
        ? [at % slices, Math.floor(at / slices)]
        : [Math.floor(at / times), at % times];
    return { slice, time, ...say(slice, time) };
  });
}

function headerOf(complete: Complete, sopInstanceUid: string): DataSet {
  const { frames, rows, columns, sopClassUid, instanceNumber, pointers, edit } = complete;
  const made = new Map(
    dataSetOf({
      ImageType: 'ORIGINAL\\PRIMARY\\OTHER\\NONE',
      SOPClassUID: sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      Modality: 'MR',
      // The converter orders frames of this maker by their dimensions, of others by how they are stored.
      Manufacturer: 'Philips Medical Systems',
      PatientName: 'SYNTHETIC^ADA',
      PatientID: 'SYN-0001',
      StudyDate: '20240613',
      StudyTime: '101500',
      StudyInstanceUID: '2.25.20240613.7',
      SeriesInstanceUID: '2.25.20240613.7.9',
      SeriesNumber: 7,
      InstanceNumber: instanceNumber,
      NumberOfFrames: frames.length,
      SamplesPerPixel: 1,
      PhotometricInterpretation: 'MONOCHROME2',
      Rows: rows,
      Columns: columns,
      BitsAllocated: 16,
      BitsStored: 16,
      HighBit: 15,
      PixelRepresentation: 0,
      BurnedInAnnotation: 'NO',
      DimensionIndexSequence: pointers.map((pointer) =>
        dataSetOf({
          DimensionIndexPointer: pointer,
          FunctionalGroupPointer: t.FrameContentSequence,
        }),
      ),
      SharedFunctionalGroupsSequence: [sharedGroups(complete)],
      PerFrameFunctionalGroupsSequence: frames.map((frame) => {
        const group = new Map(frameGroups(frame, complete));
        return changed(group, complete.editFrame(frame));
      }),
    }),
  );
  return changed(made, edit);
}

function changed(
  dataSet: Map<Tag, DataElement>,
  edit: Readonly<Record<number, ValueInput | DataElement | undefined>>,
): DataSet {
  for (const [key, value] of Object.entries(edit)) {
    const tag = Number(key);
    if (value === undefined) dataSet.delete(tag);
    else if (typeof value === 'object' && 'vr' in value) dataSet.set(tag, value);
    else dataSet.set(tag, elementOf(tag, value));
  }
  return new Map([...dataSet].toSorted(([a], [b]) => a - b));
}

const measures = ({ spacingMm }: Complete): DataSet =>
  dataSetOf({
    PixelMeasuresSequence: [
      dataSetOf({ PixelSpacing: `${spacingMm[0]}\\${spacingMm[1]}`, SliceThickness: spacingMm[2] }),
    ],
  });

const axial = [1, 0, 0, 0, 1, 0] as const;

const orientation = (cosines: readonly number[]): DataSet =>
  dataSetOf({
    PlaneOrientationSequence: [dataSetOf({ ImageOrientationPatient: cosines.join('\\') })],
  });

function sharedGroups(complete: Complete): DataSet {
  return complete.isShared
    ? new Map([...measures(complete), ...orientation(axial)])
    : dataSetOf({
        // What a frame says for itself wins.
        PlaneOrientationSequence: [dataSetOf({ ImageOrientationPatient: '0\\1\\0\\0\\0\\-1' })],
      });
}

function frameGroups(frame: MadeFrame, complete: Complete): DataSet {
  const { indices, timeIndex, stackId = '1', echoTime, slope, bValue, triggerDelay } = frame;
  const cosines = [...rowOf(frame), ...columnOf(frame)];
  const isOwn = !complete.isShared || frame.rowDirection !== undefined;
  return new Map([
    ...(complete.isShared ? [] : measures(complete)),
    ...(isOwn ? orientation(cosines) : []),
    ...dataSetOf({
      FrameContentSequence: [
        dataSetOf({
          StackID: stackId,
          InStackPositionNumber: frame.slice + 1,
          ...(timeIndex === undefined ? {} : { TemporalPositionIndex: timeIndex }),
          ...(indices === undefined ? {} : { DimensionIndexValues: indices }),
        }),
      ],
      PlanePositionSequence: [
        dataSetOf({ ImagePositionPatient: placeOf(frame, complete, [0, 0]).join('\\') }),
      ],
      [frameTypes[complete.sopClassUid] ?? 'MRImageFrameTypeSequence']: [typeOf(frame, complete)],
      ...(echoTime === undefined
        ? {}
        : { MREchoSequence: [dataSetOf({ EffectiveEchoTime: echoTime })] }),
      ...(triggerDelay === undefined
        ? {}
        : {
            CardiacSynchronizationSequence: [
              dataSetOf({ NominalCardiacTriggerDelayTime: triggerDelay }),
            ],
          }),
      ...(slope === undefined
        ? {}
        : {
            PixelValueTransformationSequence: [
              dataSetOf({ RescaleIntercept: 0, RescaleSlope: slope, RescaleType: 'US' }),
            ],
          }),
      ...(bValue === undefined ? {} : { MRDiffusionSequence: [diffusion(frame, bValue)] }),
    }),
  ]);
}

const frameTypes: Readonly<Record<string, Keyword>> = {
  [sopClass.EnhancedCTImageStorage]: 'CTImageFrameTypeSequence',
  [sopClass.LegacyConvertedEnhancedPETImageStorage]: 'PETFrameTypeSequence',
};

function typeOf(
  { frameType = 'ORIGINAL\\PRIMARY\\OTHER\\NONE', component = 'MAGNITUDE' }: MadeFrame,
  { sopClassUid }: Complete,
): DataSet {
  return dataSetOf({
    FrameType: frameType,
    ...(sopClassUid in frameTypes ? {} : { ComplexImageComponent: component }),
  });
}

function diffusion({ directionality = 'NONE', direction }: MadeFrame, bValue: number): DataSet {
  return dataSetOf({
    DiffusionBValue: bValue,
    DiffusionDirectionality: directionality,
    ...(direction === undefined
      ? {}
      : {
          DiffusionGradientDirectionSequence: [
            dataSetOf({ DiffusionGradientOrientation: direction }),
          ],
        }),
  });
}

function pixelsOf(
  frame: MadeFrame,
  complete: Complete,
  places: Map<number, { readonly at: Vector; readonly time: number }>,
): Uint8Array {
  const { rows, columns, frames, firstValue } = complete;
  const number = frames.indexOf(frame);
  const words = new Uint16Array(rows * columns);
  for (let at = 0; at < words.length; at += 1) {
    const value = firstValue + number * words.length + at + 1;
    words[at] = value;
    const place = placeOf(frame, complete, [at % columns, Math.floor(at / columns)]);
    places.set(value, { at: place, time: frame.time });
  }
  return new Uint8Array(words.buffer);
}

const rowOf = ({ rowDirection = [1, 0, 0] }: MadeFrame): Vector => rowDirection;
const columnOf = ({ columnDirection = [0, 1, 0] }: MadeFrame): Vector => columnDirection;

/** Where a pixel lies; mm, LPS. */
function placeOf(
  frame: MadeFrame,
  { origin, spacingMm }: Complete,
  [column, row]: readonly [number, number],
): Vector {
  const [r, c] = [rowOf(frame), columnOf(frame)];
  const normal = [r[1] * c[2] - r[2] * c[1], r[2] * c[0] - r[0] * c[2], r[0] * c[1] - r[1] * c[0]];
  const at = (axis: 0 | 1 | 2): number =>
    origin[axis] +
    r[axis] * column * spacingMm[1] +
    c[axis] * row * spacingMm[0] +
    (normal[axis] ?? 0) * frame.slice * spacingMm[2];
  return [at(0), at(1), at(2)];
}
