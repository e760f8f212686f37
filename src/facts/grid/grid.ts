import {
  type DataElement,
  type DataSet,
  getNumbers,
  getStrings,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import { absent, type Fact, fact, notKept } from '../fact.ts';
import { csaNumber } from './csa-header.ts';
import { type PrivateName, privateElements, textOf } from './private-elements.ts';

/** What a grid is looked for in. */
export interface GridSource {
  readonly header: DataSet;
  readonly omitted: readonly Tag[];
}

const siemens = 'SIEMENS MR HEADER';
const uih = 'Image Private Header';

/** Elements of Siemens and United Imaging that tell of tiles. */
const names = {
  numberOfImagesInMosaic: { creator: siemens, group: 0x0019, element: 0x0a },
  imageTypeText: { creator: siemens, group: 0x0051, element: 0x16 },
  frameTypeText: { creator: 'SIEMENS MR SDI 02', group: 0x0021, element: 0x75 },
  csaImageHeader: { creator: 'SIEMENS CSA HEADER', group: 0x0029, element: 0x10 },
  uihCount: { creator: uih, group: 0x0065, element: 0x50 },
  uihTiles: { creator: uih, group: 0x0065, element: 0x51 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/**
 * Whether several slices are tiled in one image, as Siemens (mosaic) and United Imaging (VFRAME)
 * do: by the words they write, by the counts of tiles they state, or, where an export took both,
 * by an echo-planar image of theirs that is several times its acquisition matrix. Absent: no sign
 * of it. Not kept: an element that would say cannot be read, so nothing is proven.
 */
export function gridOf(source: GridSource): Fact<true> {
  if (hasWord(source.header)) return fact(true);
  const counts = tileCounts(source);
  if (counts.some((count) => count.kind === 'value' && count.value > 1)) return fact(true);
  if (counts.some((count) => count.kind === 'not-kept')) return notKept;
  return isManifoldOfMatrix(source.header) ? fact(true) : absent;
}

const gridWord = /(^|[\\/ ])(MOSAIC|VFRAME)([\\/ ]|$)/i;

/** In Image Type, Frame Type or a vendor's copy of them, at any depth. */
function hasWord(dataSet: DataSet): boolean {
  const texts = [
    ...[t.ImageType, t.FrameType].map((tag) => dataSet.get(tag)),
    ...privateElements(dataSet, names.imageTypeText),
    ...privateElements(dataSet, names.frameTypeText),
  ].filter((element) => element !== undefined);
  if (texts.some((element) => gridWord.test(textOf(element)))) return true;
  for (const element of dataSet.values()) {
    if (element.vr === 'SQ' && element.items.some(hasWord)) return true;
  }
  return false;
}

function tileCounts({ header, omitted }: GridSource): readonly Fact<number>[] {
  const of = (name: PrivateName): readonly DataElement[] => privateElements(header, name);
  const omittedCsa = omitted.some((tag) => tag >>> 16 === names.csaImageHeader.group);
  return [
    ...of(names.numberOfImagesInMosaic).map(binaryCount),
    ...of(names.uihCount).map(textCount),
    ...of(names.uihTiles).map(itemsOf),
    ...of(names.csaImageHeader).map((element) =>
      element.vr === 'SQ' || element.value.length === 0
        ? absent
        : csaNumber(element.value, 'NumberOfImagesInMosaic'),
    ),
    ...(omittedCsa ? [notKept] : []),
  ];
}

/** A count of VR US, which archives may have lost: two bytes, little endian. */
function binaryCount(element: DataElement): Fact<number> {
  if (element.vr === 'SQ') return notKept;
  if (element.value.length === 0) return absent;
  const [low = 0, high = 0] = element.value;
  return element.value.length === 2 ? fact(low + 256 * high) : notKept;
}

/** A count of VR DS. */
function textCount(element: DataElement): Fact<number> {
  if (element.vr === 'SQ') return notKept;
  const text = textOf(element);
  if (text === '') return absent;
  return /^\d{1,5}$/.test(text) ? fact(Number(text)) : notKept;
}

function itemsOf(element: DataElement): Fact<number> {
  if (element.vr === 'SQ') return fact(element.items.length);
  return element.value.length === 0 ? absent : notKept;
}

/** Echo-planar images of these makers are interpolated twofold at most. */
function isManifoldOfMatrix(header: DataSet): boolean {
  const maker = getStrings(header, t.Manufacturer).join(' ');
  if (!/siemens|uih|united imaging/i.test(maker)) return false;
  if (!getStrings(header, t.ScanningSequence).includes('EP')) return false;
  const [byRow = 0, byColumn = 0] = numbersOf(header, t.AcquisitionMatrix);
  const size = Math.max(byRow, byColumn);
  const [tall, wide] = [t.Rows, t.Columns].map((tag) => (numbersOf(header, tag)[0] ?? 0) / size);
  const times = [tall ?? 0, wide ?? 0];
  return (
    size > 0 && times.every((by) => Number.isInteger(by) && by >= 2) && Math.max(...times) >= 3
  );
}

function numbersOf(header: DataSet, tag: Tag): readonly number[] {
  try {
    return getNumbers(header, tag);
  } catch {
    return [];
  }
}
