import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  encodeDataSet,
  encodePart10,
  explicitLittleEndian,
  implicitLittleEndian,
  type TestElement,
} from './part10-writer.ts';

/** An invented person. The names are on the list of test/fixtures/synthetic-names.txt. */
export const syntheticPatient = { name: 'SYNTHETIC^ADA', id: 'SYN-0001', birthDate: '19500102' };

/** What a synthetic series is like. Same options, same bytes. */
export interface SeriesOptions {
  readonly modality?: 'CT' | 'MR' | 'PT';
  readonly slices?: number;
  readonly rows?: number;
  readonly columns?: number;
  /** Distance in mm of pixel centres between rows, between columns, and of slices. */
  readonly spacingMm?: readonly [rows: number, columns: number, slices: number];
  /** Direction of a row, then of a column, LPS; slices follow their cross product. */
  readonly orientation?: readonly [number, number, number, number, number, number];
  readonly encoding?: 'explicit' | 'implicit';
  /** Changes pixels and UIDs. */
  readonly seed?: number;
  readonly patient?: { readonly name: string; readonly id: string; readonly birthDate: string };
  /** Series of one study share it. */
  readonly studySeed?: number;
  readonly seriesNumber?: number;
  /** Elements to add or replace in the slice at `index`; an empty value empties one. */
  readonly edit?: (index: number) => readonly TestElement[];
}

/** One made instance. Slice `index` lies `index` slice distances along the slice normal. */
export interface MadeInstance {
  readonly index: number;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  /** Native pixel data: signed 16 bit little endian. */
  readonly pixels: Uint8Array;
  readonly dataSet: Uint8Array;
  /** The whole Part 10 file. */
  readonly file: Uint8Array;
}

/** The identifiers a series of these options has. */
export interface SeriesIdentity {
  readonly sopClassUid: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly frameOfReferenceUid: string;
}

const sopClasses = {
  CT: '1.2.840.10008.5.1.4.1.1.2',
  MR: '1.2.840.10008.5.1.4.1.1.4',
  PT: '1.2.840.10008.5.1.4.1.1.128',
} as const;

const defaults = {
  modality: 'CT',
  slices: 8,
  rows: 32,
  columns: 40,
  spacingMm: [0.75, 0.75, 1.5],
  orientation: [1, 0, 0, 0, 1, 0],
  encoding: 'explicit',
  seed: 1,
  patient: syntheticPatient,
  studySeed: 1,
  seriesNumber: 1,
  edit: () => [],
} as const satisfies SeriesOptions;

type Complete = Required<SeriesOptions>;

/** Identifiers of the series that `options` describe. UIDs are of the 2.25 arc and synthetic. */
export function seriesIdentity(options: SeriesOptions = {}): SeriesIdentity {
  const { modality, studySeed, seed, seriesNumber } = { ...defaults, ...options };
  const study = `2.25.20240613.${studySeed}`;
  return {
    sopClassUid: sopClasses[modality],
    studyInstanceUid: study,
    seriesInstanceUid: `${study}.${seriesNumber}.${seed}`,
    frameOfReferenceUid: `${study}.9`,
  };
}

/** Make a synthetic single-frame series, slice by slice: 300 x 512 x 512 needs no more memory than one. */
export function* makeSeries(options: SeriesOptions = {}): Generator<MadeInstance, void, void> {
  const complete: Complete = { ...defaults, ...options };
  const identity = seriesIdentity(options);
  const explicit = complete.encoding === 'explicit';
  const transferSyntaxUid = explicit ? explicitLittleEndian : implicitLittleEndian;
  const { sopClassUid } = identity;
  for (let index = 0; index < complete.slices; index += 1) {
    const sopInstanceUid = `${identity.seriesInstanceUid}.${index + 1}`;
    const pixels = pixelsOf(complete, index);
    const elements = [
      ...patientElements(complete),
      ...seriesElements(complete, identity),
      ...sliceElements(complete, { index, sopInstanceUid, sopClassUid }),
      [0x7fe00010, 'OW', pixels] as const,
      ...complete.edit(index),
    ];
    const dataSet = encodeDataSet(elements, explicit);
    const file = encodePart10({ sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet });
    yield { index, sopInstanceUid, sopClassUid, transferSyntaxUid, pixels, dataSet, file };
  }
}

/** Write a synthetic series as `<folder>/im00001.dcm` and on; makes the folder. Gives the paths. */
export async function writeSeries(folder: string, options: SeriesOptions = {}): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const { index, file } of makeSeries(options)) {
    const path = join(folder, `im${String(index + 1).padStart(5, '0')}.dcm`);
    await writeFile(path, file);
    paths.push(path);
  }
  return paths;
}

function patientElements({ patient }: Complete): readonly TestElement[] {
  return [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080050, 'SH', 'SYNACC1'],
    [0x00080080, 'LO', 'Synthetic Hospital'],
    [0x00080090, 'PN', 'SYNTHETIC^REFERRER'],
    [0x00081070, 'PN', 'SYNTHETIC^OPERATOR'],
    [0x00100010, 'PN', patient.name],
    [0x00100020, 'LO', patient.id],
    [0x00100030, 'DA', patient.birthDate],
    [0x00100040, 'CS', 'O'],
    [0x00101010, 'AS', '074Y'],
    [0x00104000, 'LT', `Comment that names ${patient.name}`],
  ];
}

function seriesElements(complete: Complete, identity: SeriesIdentity): readonly TestElement[] {
  const { modality, seriesNumber, spacingMm, orientation, rows, columns } = complete;
  return [
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\AXIAL'],
    [0x00080020, 'DA', '20240613'],
    [0x00080021, 'DA', '20240613'],
    [0x00080030, 'TM', '101500'],
    [0x00080031, 'TM', '101500'],
    [0x00080060, 'CS', modality],
    [0x00080070, 'LO', 'Synthetic Imaging'],
    [0x00081030, 'LO', 'Synthetic study'],
    [0x0008103e, 'LO', `Synthetic ${modality} series`],
    [0x00180050, 'DS', [spacingMm[2]]],
    [0x00180015, 'CS', 'CHEST'],
    [0x0020000d, 'UI', identity.studyInstanceUid],
    [0x0020000e, 'UI', identity.seriesInstanceUid],
    [0x00200010, 'SH', 'S1'],
    [0x00200011, 'IS', [seriesNumber]],
    [0x00200037, 'DS', orientation],
    [0x00200052, 'UI', identity.frameOfReferenceUid],
    [0x00201040, 'LO', ''],
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', [rows]],
    [0x00280011, 'US', [columns]],
    [0x00280030, 'DS', [spacingMm[0], spacingMm[1]]],
    [0x00280100, 'US', [16]],
    [0x00280101, 'US', [16]],
    [0x00280102, 'US', [15]],
    [0x00280103, 'US', [1]],
    ...modalityElements(complete),
  ];
}

function modalityElements({ modality, slices }: Complete): readonly TestElement[] {
  if (modality === 'MR') {
    return [
      [0x00185100, 'CS', 'HFS'],
      [0x00180020, 'CS', 'GR'],
      [0x00180021, 'CS', 'SP'],
      [0x00180022, 'CS', ''],
      [0x00180023, 'CS', '3D'],
      [0x00180080, 'DS', [2000]],
      [0x00180081, 'DS', [30]],
      [0x00180091, 'IS', [1]],
      [0x00180087, 'DS', [3]],
    ];
  }
  const rescale: readonly TestElement[] = [
    [0x00281052, 'DS', [modality === 'CT' ? -1024 : 0]],
    [0x00281053, 'DS', [modality === 'CT' ? 1 : 0.25]],
  ];
  if (modality === 'CT') return [...rescale, ...ctElements];
  return [
    ...rescale,
    [0x00181242, 'IS', [60000]],
    [0x00181181, 'CS', ''],
    [0x00280051, 'CS', 'DECY'],
    [0x00540016, 'SQ', ''],
    [0x00540081, 'US', [slices]],
    [0x00540410, 'SQ', ''],
    [0x00540414, 'SQ', ''],
    [0x00541000, 'CS', 'STATIC\\IMAGE'],
    [0x00541001, 'CS', 'BQML'],
    [0x00541002, 'CS', 'EMISSION'],
    [0x00541102, 'CS', 'START'],
    [0x00541300, 'DS', [0]],
    [0x00541321, 'DS', [1]],
    [0x00541330, 'US', [1]],
  ];
}

const ctElements: readonly TestElement[] = [
  [0x00180060, 'DS', [120]],
  [0x00185100, 'CS', 'HFS'],
  [0x00281054, 'LO', 'HU'],
];

function sliceElements(
  { orientation, spacingMm }: Complete,
  slice: { readonly index: number; readonly sopInstanceUid: string; readonly sopClassUid: string },
): readonly TestElement[] {
  const [rx, ry, rz, cx, cy, cz] = orientation;
  const distanceMm = slice.index * spacingMm[2];
  const normal = [ry * cz - rz * cy, rz * cx - rx * cz, rx * cy - ry * cx] as const;
  return [
    [0x00080016, 'UI', slice.sopClassUid],
    [0x00080018, 'UI', slice.sopInstanceUid],
    [0x00080022, 'DA', '20240613'],
    [0x00080023, 'DA', '20240613'],
    [0x00080032, 'TM', '101500'],
    [0x00080033, 'TM', '101500'],
    [0x00200012, 'IS', [1]],
    [0x00200013, 'IS', [slice.index + 1]],
    [
      0x00200032,
      'DS',
      [-10 + normal[0] * distanceMm, -20 + normal[1] * distanceMm, 30 + normal[2] * distanceMm],
    ],
  ];
}

/**
 * A bright block in noise: compresses about 2:1, as clinical images do, and differs at every voxel
 * of every slice, so that a swapped, mirrored or shifted slice is noticed.
 */
function pixelsOf({ rows, columns, seed }: Complete, index: number): Uint8Array {
  const words = new Int16Array(rows * columns);
  let state = (seed * 0x9e3779b1 + index * 0x85ebca6b) | 1;
  let at = 0;
  for (let row = 0; row < rows; row += 1) {
    const inRows = row * 4 > rows && row * 3 < rows * 2;
    for (let column = 0; column < columns; column += 1) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      const inside = inRows && column * 3 > columns && column * 4 < columns * 3;
      words[at] = (inside ? 1100 + index : 24) + (state >>> 27);
      at += 1;
    }
  }
  return new Uint8Array(words.buffer);
}
