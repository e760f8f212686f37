import { concatBytes, viewOf } from '../../src/lib/bytes/bytes.ts';
import {
  encodeDataSet,
  encodePart10,
  explicitLittleEndian,
  type TestElement,
} from './part10-writer.ts';

export type Vector = readonly [number, number, number];

/** What made mosaics are like. */
export interface MosaicOptions {
  /** Of a slice. */
  readonly rows: number;
  readonly columns: number;
  readonly tiles: number;
  readonly rowDirection: Vector;
  readonly columnDirection: Vector;
  /** Between rows, columns, slices; mm. */
  readonly spacingMm: Vector;
  /** First pixel of the first tile, LPS mm. */
  readonly origin: Vector;
  /** Whether tiles follow each other along row x column, or against it. */
  readonly along: 1 | -1;
  /** Number of the first tile in the protocol: above 1, tiles are numbered the other way. */
  readonly protocolSliceNumber?: number;
  readonly csa: 1 | 2 | 'none';
  /** Beside the count in the CSA header, or instead of it. */
  readonly plainCount?: boolean;
  readonly instanceNumber: number;
}

/** A file, and where each value of its pixels lies. */
export interface MadeMosaic {
  readonly file: Uint8Array;
  /** LPS mm of the pixel that has this value; values from 1 on are used once. */
  readonly places: ReadonlyMap<number, Vector>;
}

const classUid = '1.2.840.10008.5.1.4.1.1.4';

/** A Siemens mosaic as the vendor's software writes it, of a phantom that has each value once. */
export function makeMosaic(options: MosaicOptions): MadeMosaic {
  const { rows, columns, tiles, instanceNumber } = options;
  const side = Math.ceil(Math.sqrt(tiles));
  const normal = scaled(cross(options.rowDirection, options.columnDirection), options.along);
  const pixels = new Uint16Array(rows * columns * side * side);
  const places = new Map<number, Vector>();
  let value = (instanceNumber - 1) * rows * columns * tiles;
  for (let tile = 0; tile < tiles; tile += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        value += 1;
        const y = Math.floor(tile / side) * rows + row;
        pixels[y * columns * side + (tile % side) * columns + column] = value;
        places.set(
          value,
          sum(
            options.origin,
            scaled(options.rowDirection, column * options.spacingMm[1]),
            scaled(options.columnDirection, row * options.spacingMm[0]),
            scaled(normal, tile * options.spacingMm[2]),
          ),
        );
      }
    }
  }
  return { file: fileOf(options, { pixels, side, normal }), places };
}

function fileOf(
  options: MosaicOptions,
  made: { readonly pixels: Uint16Array; readonly side: number; readonly normal: Vector },
): Uint8Array {
  const { rows, columns, spacingMm, rowDirection, columnDirection, tiles } = options;
  const { side, normal } = made;
  // The position of a slice as large as the mosaic around the same centre.
  const corner = sum(
    options.origin,
    scaled(rowDirection, (-(columns * side - columns) / 2) * spacingMm[1]),
    scaled(columnDirection, (-(rows * side - rows) / 2) * spacingMm[0]),
  );
  const sopInstanceUid = `2.25.777${options.instanceNumber}`;
  const elements: TestElement[] = [
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC'],
    [0x00080016, 'UI', classUid],
    [0x00080018, 'UI', sopInstanceUid],
    [0x00080060, 'CS', 'MR'],
    [0x00080070, 'LO', 'SIEMENS'],
    [0x00100020, 'LO', 'SYN-0001'],
    [0x00180020, 'CS', 'EP'],
    [0x00180023, 'CS', '2D'],
    [0x00180050, 'DS', [spacingMm[2]]],
    [0x00180080, 'DS', '2000'],
    [0x00180081, 'DS', '30'],
    [0x00180088, 'DS', [spacingMm[2]]],
    [0x0020000d, 'UI', '2.25.7771'],
    [0x0020000e, 'UI', '2.25.7772'],
    [0x00200011, 'IS', '3'],
    [0x00200012, 'IS', String(options.instanceNumber)],
    [0x00200013, 'IS', String(options.instanceNumber)],
    [0x00200032, 'DS', corner],
    [0x00200037, 'DS', [...rowDirection, ...columnDirection]],
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', [rows * side]],
    [0x00280011, 'US', [columns * side]],
    [0x00280030, 'DS', [spacingMm[0], spacingMm[1]]],
    [0x00280100, 'US', [16]],
    [0x00280101, 'US', [16]],
    [0x00280102, 'US', [15]],
    [0x00280103, 'US', [0]],
    ...(options.plainCount === true ? plainCount(tiles) : []),
    ...(options.csa === 'none' ? [] : csaElements(options.csa, options, normal)),
    [0x7fe00010, 'OW', new Uint8Array(made.pixels.buffer)],
  ];
  return encodePart10({
    sopClassUid: classUid,
    sopInstanceUid,
    transferSyntaxUid: explicitLittleEndian,
    dataSet: encodeDataSet(elements, true),
  });
}

const plainCount = (tiles: number): TestElement[] => [
  [0x00190010, 'LO', 'SIEMENS MR HEADER'],
  [0x0019100a, 'US', [tiles]],
];

function csaElements(
  version: 1 | 2,
  { tiles, protocolSliceNumber = 1, plainCount: isPlain }: MosaicOptions,
  normal: Vector,
): TestElement[] {
  const tags = {
    EchoLinePosition: ['32'],
    ...(isPlain === true ? {} : { NumberOfImagesInMosaic: [String(tiles)] }),
    SliceNormalVector: normal.map((value) => value.toFixed(8)),
    ProtocolSliceNumber: [String(protocolSliceNumber)],
    PhaseEncodingDirectionPositive: ['1'],
  };
  return [
    [0x00290010, 'LO', 'SIEMENS CSA HEADER'],
    [0x00291010, 'OB', csaHeader(version, tags)],
  ];
}

/** As the vendor writes it: six items for a single value, those that are not there empty. */
export function csaHeader(
  version: 1 | 2,
  tags: Readonly<Record<string, readonly string[]>>,
): Uint8Array {
  const names = Object.keys(tags);
  const head = new Uint8Array(version === 2 ? 16 : 8);
  if (version === 2) head.set([0x53, 0x56, 0x31, 0x30, 4, 3, 2, 1]);
  viewOf(head).setUint32(head.length - 8, names.length, true);
  viewOf(head).setUint32(head.length - 4, 77, true);
  const itemsOf = (name: string): string[] => {
    const texts = tags[name] ?? [];
    return [...texts, ...Array.from({ length: 6 - texts.length }, () => '')];
  };
  const parts = names.flatMap((name) => {
    const tag = new Uint8Array(84);
    tag.set(Buffer.from(`${name}\0`, 'latin1'));
    viewOf(tag).setInt32(64, tags[name]?.length ?? 0, true);
    tag.set(Buffer.from('FD\0\0', 'latin1'), 68);
    viewOf(tag).setInt32(72, 4, true);
    viewOf(tag).setInt32(76, 6, true);
    viewOf(tag).setInt32(80, 77, true);
    return [tag, ...itemsOf(name).map((text) => csaItem(version, text))];
  });
  return concatBytes([head, ...parts, new Uint8Array(4)]);
}

function csaItem(version: 1 | 2, text: string): Uint8Array {
  const length = text === '' ? 0 : text.length + 1;
  const bytes = new Uint8Array(16 + Math.ceil(length / 4) * 4);
  const view = viewOf(bytes);
  view.setInt32(0, version === 1 ? length + 6 : length, true);
  view.setInt32(4, length, true);
  view.setInt32(8, 77, true);
  view.setInt32(12, length, true);
  bytes.set(Buffer.from(text, 'latin1'), 16);
  return bytes;
}

function cross([a, b, c]: Vector, [d, e, f]: Vector): Vector {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

const scaled = ([a, b, c]: Vector, by: number): Vector => [a * by, b * by, c * by];

function sum(...vectors: readonly Vector[]): Vector {
  const at = (axis: 0 | 1 | 2): number =>
    vectors.reduce((total, vector) => total + vector[axis], 0);
  return [at(0), at(1), at(2)];
}
