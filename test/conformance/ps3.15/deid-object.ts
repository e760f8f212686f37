import {
  createDeidentifier,
  type DeidentifierOptions,
  type DeidentifyOutcome,
  type SeriesDeidentifier,
} from '../../../src/deid/index.ts';
import { createFileHeaderReader } from '../../../src/dicom/file/file-reader.ts';
import {
  type DataElement,
  type DataSet,
  dataSetOf,
  decodeDataSet,
  encodeDataSet,
  getUid,
  type Instance,
  type Keyword,
  sopClass,
  type Tag,
  tag as t,
  transferSyntax,
  type ValueInput,
} from '../../../src/dicom/index.ts';
import { readDeidentified } from '../../../src/flow/index.ts';
import { identify } from '../../../src/flow/mint/identified.ts';
import { concatBytes } from '../../../src/lib/bytes/bytes.ts';

/** Test objects for de-identification, and a run of one through it. */

export const testKey = new Uint8Array(32).fill(7);
export const testSubject = 'p-0123456789abcdef';
/** Every UID of a test object starts like this, so that one search finds what was left. */
export const testUidRoot = '1.2.826.0.1.3680043.10.54321.77';
/** Sixteen samples of 12 bits. */
export const testPixels = Uint8Array.from({ length: 32 }, (_, index) =>
  index % 2 === 0 ? (index * 37) & 0xff : index & 0x0f,
);

/** A small sound image; `values` replace or add attributes. */
export function imageOf(
  values: Readonly<Partial<Record<Keyword, ValueInput>>> = {},
  extra: readonly DataElement[] = [],
): DataSet {
  const plain = dataSetOf({
    SpecificCharacterSet: 'ISO_IR 192',
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    SOPClassUID: sopClass.CTImageStorage,
    SOPInstanceUID: `${testUidRoot}.3`,
    StudyInstanceUID: `${testUidRoot}.1`,
    SeriesInstanceUID: `${testUidRoot}.2`,
    Modality: 'CT',
    PatientName: 'Test^Subject',
    PatientID: 'ID-1',
    SliceThickness: '2.5',
    ImagePositionPatient: ['1', '2', '3.5'],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    Rows: 4,
    Columns: 4,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    ...(values.SOPClassUID === sopClass.SecondaryCaptureImageStorage ? cleanCapture : {}),
    ...values,
  });
  const all = new Map<Tag, DataElement>(plain);
  all.set(t.PixelData, { tag: t.PixelData, vr: 'OW', value: testPixels });
  for (const element of extra) all.set(element.tag, element);
  return all;
}

/** What a secondary capture says that may leave. */
const cleanCapture: Readonly<Partial<Record<Keyword, ValueInput>>> = {
  BurnedInAnnotation: 'NO',
  ConversionType: 'SYN',
  ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
  PixelSpacing: ['1', '1'],
};

/** How to run. */
export interface RunOptions {
  readonly transferSyntaxUid?: string;
  /** Bytes of each chunk of the source; default: all in one. */
  readonly chunkBytes?: number;
  readonly deidentifier?: Partial<DeidentifierOptions>;
  /** In the series whose instances came before; default: in one of its own. */
  readonly series?: SeriesDeidentifier;
  /** The encoded data set, if it is not simply the encoding of the object. */
  readonly encoded?: Uint8Array;
}

/** What came out. */
export interface Run {
  readonly outcome: DeidentifyOutcome;
  /** The whole file; empty if withheld. */
  readonly file: Uint8Array;
  /** Its data set, decoded anew. Throws when withheld. */
  readonly dataSet: DataSet;
}

/** De-identify an object that was encoded in a transfer syntax and cut in chunks. */
export async function runDeid(dataSet: DataSet, options: RunOptions = {}): Promise<Run> {
  const transferSyntaxUid = options.transferSyntaxUid ?? transferSyntax.ExplicitVRLittleEndian;
  const encoded = options.encoded ?? encodeDataSet(dataSet, transferSyntaxUid);
  return runInstance(
    {
      sopClassUid: getUid(dataSet, t.SOPClassUID) ?? '',
      sopInstanceUid: getUid(dataSet, t.SOPInstanceUID) ?? '',
      transferSyntaxUid,
      dataSet: chunksOf(encoded, options.chunkBytes ?? encoded.length),
    },
    options.series ?? testSeries(options.deidentifier),
  );
}

/** A series of the test subject. */
export function testSeries(options: Partial<DeidentifierOptions> = {}): SeriesDeidentifier {
  const deidentifier = createDeidentifier({ collectionKey: testKey, ...options });
  return deidentifier.series({ subjectName: testSubject });
}

/** De-identify an instance. */
export async function runInstance(
  instance: Instance,
  series: SeriesDeidentifier = testSeries(),
): Promise<Run> {
  const outcome = await series.instance(identify(instance));
  if (outcome.kind === 'withheld') {
    return {
      outcome,
      file: new Uint8Array(0),
      get dataSet(): DataSet {
        throw new Error(`withheld: ${outcome.code}`);
      },
    };
  }
  const { read, transferSyntaxUid } = readDeidentified(outcome.instance);
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of read('file')) chunks.push(bytes.slice());
  const file = concatBytes(chunks);
  const rest = createFileHeaderReader().push(file)?.rest ?? new Uint8Array(0);
  return {
    outcome,
    file,
    get dataSet(): DataSet {
      return decodeDataSet(rest, transferSyntaxUid);
    },
  };
}

/** `bytes` in chunks whose memory is overwritten once the next is asked for, as a socket does. */
export async function* chunksOf(
  bytes: Uint8Array,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  const reused = new Uint8Array(chunkBytes);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    const part = bytes.subarray(at, at + chunkBytes);
    reused.set(part);
    yield reused.subarray(0, part.length);
    reused.fill(0xee);
  }
}

/** Forms in which a text may hide in bytes. */
export function formsOf(text: string): readonly Buffer[] {
  const plain = Buffer.from(text, 'latin1');
  return [
    plain,
    Buffer.from(text, 'utf16le'),
    Buffer.from(text, 'utf16le').swap16(),
    Buffer.from(plain.toString('hex')),
    Buffer.from(plain.toString('base64').replace(/=+$/, '').slice(0, -1)),
    Buffer.from(plain.toReversed()),
  ];
}

/** The first of `texts` that `bytes` hold in any form. */
export function findLeak(bytes: Uint8Array, texts: readonly string[]): string | undefined {
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return texts.find((text) => formsOf(text).some((form) => held.includes(form)));
}
