import {
  type DataElement,
  type DataSet,
  getNumbers,
  getSequence,
  getStrings,
  onceInCommon,
  onceShared,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { textOf } from '../element-text.ts';
import { absent, type Fact, fact, knownValue, notKept, valueOr } from '../fact.ts';
import { numberFacts } from '../fact-table.ts';
import type { AcquisitionFacts, NumberFacts, SliceFacts } from '../image-facts.ts';
import { factLimits } from '../limits.ts';
import {
  type PrivateName,
  privateElements,
  sequencesIn,
  strayElements,
} from '../private-elements.ts';
import { readNumbers } from '../read-numbers.ts';
import { type CsaItems, csaItems } from './csa-header.ts';
import { mosaicSlices, mosaicTags } from './siemens-mosaic.ts';
import { uihSlices } from './uih-grid.ts';

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
  acquisitionMatrixText: { creator: siemens, group: 0x0051, element: 0x0b },
  frameTypeText: { creator: 'SIEMENS MR SDI 02', group: 0x0021, element: 0x75 },
  csaImageHeader: { creator: 'SIEMENS CSA HEADER', group: 0x0029, element: 0x10 },
  uihCount: { creator: uih, group: 0x0065, element: 0x50 },
  uihTiles: { creator: uih, group: 0x0065, element: 0x51 },
} as const satisfies Readonly<Record<string, PrivateName>>;

/**
 * Whether several slices are tiled in one image, as Siemens (mosaic) and United Imaging (VFRAME)
 * do: by the words they write, by the counts of tiles they state, or, where an export took both,
 * by an echo-planar image of theirs that is several times its acquisition matrix, or by an image that
 * no magnet is wide enough for. Absent: no sign of it. Not kept: an element that would say cannot be read, so nothing is proven.
 *
 * A sign whose creator is gone counts where the image can be cut into that many tiles.
 */
export function* gridOf({ header, omitted }: GridSource): Steps<Fact<true>> {
  if ((yield* hasWord(header)) && !isTakenApart(header)) return fact(true);
  const counts = tileCounts((name) => privateElements(header, name));
  if (counts.some((count) => count.kind === 'value' && count.value > 1)) return fact(true);
  const omittedCsa = omitted.some((tag) => tag >>> 16 === names.csaImageHeader.group);
  if (omittedCsa || counts.some((count) => count.kind === 'not-kept')) return notKept;
  const stray = tileCounts((name) => strayElements(header, name));
  if (stray.some((count) => count.kind === 'value' && isCutInto(header, count.value))) {
    return fact(true);
  }
  return isLargerThanSlice(header) ? fact(true) : absent;
}

/** Whether an image is too large for one slice, by its acquisition matrix or by what a magnet holds. */
function isLargerThanSlice(header: DataSet): boolean {
  return isManifoldOfMatrix(header) || isWiderThanMagnet(header);
}

/**
 * Whether the frames of an enhanced object are smaller than two slices of their acquisition, across or
 * down: software that took mosaics apart kept the word.
 *
 * @standard PS3.3 §C.8.13.5.3 (MR FOV/Geometry)
 */
function isTakenApart(header: DataSet): boolean {
  const steps = functionalGroupsOf(header)
    .flatMap((item) => [...getSequence(item, t.MRFOVGeometrySequence)])
    .flatMap((item) => [
      ...numbersOf(item, t.MRAcquisitionFrequencyEncodingSteps),
      ...numbersOf(item, t.MRAcquisitionPhaseEncodingStepsInPlane),
    ]);
  const size = Math.max(0, ...steps);
  return size > 0 && [t.Rows, t.Columns].some((tag) => (numbersOf(header, tag)[0] ?? 0) < 2 * size);
}

/**
 * An MR image that is larger than any magnet in both directions: what is left where an export took
 * every sign of it, since the pixels of a grid are as far apart as those of its slices.
 */
function isWiderThanMagnet(header: DataSet): boolean {
  if (!getStrings(header, t.Modality).includes('MR')) return false;
  return measuresOf(header).some((holder) => {
    const spacing = knownValue(readNumbers(holder, numberFacts.pixelSpacing)) ?? [];
    return [t.Rows, t.Columns].every((tag, side) => {
      const extentMm = (numbersOf(header, tag)[0] ?? 0) * (spacing[side] ?? 0);
      return extentMm > factLimits.mrSliceMaxMm;
    });
  });
}

/** Where the distance of pixels is stated: by the object, for all its frames, for the first of them. */
function measuresOf(header: DataSet): readonly DataSet[] {
  const groups = functionalGroupsOf(header);
  return [header, ...groups.flatMap((item) => [...getSequence(item, t.PixelMeasuresSequence)])];
}

/** Of all frames, and of the first. */
function functionalGroupsOf(header: DataSet): readonly DataSet[] {
  const groups = [t.SharedFunctionalGroupsSequence, t.PerFrameFunctionalGroupsSequence];
  return groups.flatMap((tag) => getSequence(header, tag).at(0) ?? []);
}

const gridWord = /(^|[\\/ ])(MOSAIC|VFRAME)([\\/ ]|$)/i;

/** In Image Type, Frame Type or a vendor's copy of them, at any depth. */
function* hasWord(header: DataSet): Steps<boolean> {
  if (saysWord(header)) return true;
  for (const element of sequencesIn(header)) {
    if (element.vr !== 'SQ') continue;
    const isIn = onceShared(element.items, hasWordWithin);
    for (const item of element.items) {
      if (saysWord(item) || item.values().some(isIn)) return true;
      yield;
    }
  }
  return false;
}

function hasWordWithin(element: DataElement): boolean {
  if (element.vr !== 'SQ') return false;
  return [...element.items].some((item) => saysWord(item) || item.values().some(hasWordWithin));
}

/** By itself, whatever its sequences say. */
function saysWord(dataSet: DataSet): boolean {
  const texts = [
    ...[t.ImageType, t.FrameType].map((tag) => dataSet.get(tag)),
    ...[names.imageTypeText, names.frameTypeText].flatMap((name) => [
      ...privateElements(dataSet, name),
      ...strayElements(dataSet, name),
    ]),
  ].filter((element) => element !== undefined);
  return texts.some((element) => gridWord.test(textOf(element)));
}

function tileCounts(of: (name: PrivateName) => readonly DataElement[]): readonly Fact<number>[] {
  return [
    ...of(names.numberOfImagesInMosaic).map(binaryCount),
    ...of(names.uihCount).map(textCount),
    ...of(names.uihTiles).map(itemsOf),
    ...of(names.csaImageHeader).map((element) =>
      element.vr === 'SQ' || element.value.length === 0 ? absent : csaCount(element),
    ),
  ];
}

/** What an image header of Siemens says of tiles; it is long, and asked several times. */
const mosaicItems = onceInCommon((element) =>
  element.vr === 'SQ' ? notKept : csaItems(element.value, mosaicTags),
);

/** The count of tiles of a CSA header; absent where it states none. */
function csaCount(element: DataElement): Fact<number> {
  const items = mosaicItems(element);
  if (items.kind !== 'value') return items;
  const [text] = items.value.get('NumberOfImagesInMosaic') ?? [];
  if (text === undefined) return absent;
  return /^\d{1,9}$/.test(text) ? fact(Number(text)) : notKept;
}

/**
 * The slices of a grid, in the order of its tiles; none where the count of tiles, their order or
 * their direction is stated by no element, or by two that disagree.
 */
export function gridSlices(
  { header }: GridSource,
  numbers: NumberFacts & AcquisitionFacts,
): readonly SliceFacts[] {
  if ((valueOr(numbers.frames, 1) ?? 0) !== 1) return [];
  const [uihItems, ...more] = privateElements(header, names.uihTiles);
  if (uihItems?.vr === 'SQ') {
    const [stated] = privateElements(header, names.uihCount).map(textCount);
    const count = stated === undefined ? undefined : valueOr(stated, uihItems.items.length);
    const agrees = more.length === 0 && (stated === undefined || count === uihItems.items.length);
    if (count === 1 && isLargerThanSlice(header)) return [];
    return agrees ? uihSlices(numbers, [...uihItems.items]) : [];
  }
  const csa = csaOf(header);
  const counts = tileCounts((name) => privateElements(header, name));
  const known = new Set(counts.flatMap((count) => (count.kind === 'value' ? [count.value] : [])));
  const [tiles] = known;
  if (csa === undefined || tiles === undefined || known.size > 1) return [];
  if (tiles === 1 && isLargerThanSlice(header)) return [];
  return mosaicSlices({ header, numbers, tiles, csa });
}

/** The one image header of Siemens; undefined where there is none, or several. */
function csaOf(header: DataSet): CsaItems | undefined {
  const [element, another] = privateElements(header, names.csaImageHeader);
  if (element === undefined || another !== undefined || element.vr === 'SQ') return undefined;
  return knownValue(mosaicItems(element));
}

/**
 * Whether the image can be cut into so many tiles: as many across as fit a square, and as many down,
 * or only as many down as are needed.
 */
function isCutInto(header: DataSet, tiles: number): boolean {
  if (tiles < 2) return false;
  const across = Math.ceil(Math.sqrt(tiles));
  const isCut = (tag: Tag, by: number): boolean => {
    const size = numbersOf(header, tag)[0] ?? 0;
    return size > by && size % by === 0;
  };
  const down = [across, Math.ceil(tiles / across)];
  return isCut(t.Columns, across) && down.some((by) => isCut(t.Rows, by));
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

/** Makers whose echo-planar images are no grids, and may be interpolated several times. */
const others =
  /^(ge|philips|toshiba|canon|hitachi|fujifilm|bruker|esaote|varian|agilent|fonar|hyperfine|neusoft|mindray|alltech|mediso|mr solutions|paramed|xingaoyi|wandong)\b/i;

/**
 * Echo-planar images of these makers are interpolated twofold at most. Where an export took the maker,
 * or wrote something else in its place, or took the kind of sequence, the other has to be enough.
 */
function isManifoldOfMatrix(header: DataSet): boolean {
  const maker = getStrings(header, t.Manufacturer).join(' ').trim();
  const sequences = getStrings(header, t.ScanningSequence).filter((value) => value !== '');
  const isTheirs = /siemens|uih|united imaging/i.test(maker);
  const isEchoPlanar = sequences.includes('EP');
  if (!isTheirs && (others.test(maker) || !isEchoPlanar)) return false;
  if (!isEchoPlanar && sequences.length > 0) return false;
  const size = Math.max(0, ...matrixOf(header));
  const [tall, wide] = [t.Rows, t.Columns].map((tag) => (numbersOf(header, tag)[0] ?? 0) / size);
  const times = [tall ?? 0, wide ?? 0];
  return (
    size > 0 && times.every((by) => Number.isInteger(by) && by >= 2) && Math.max(...times) >= 3
  );
}

/** Acquisition Matrix, or what Siemens writes of it in words, such as `64p*64`. */
function matrixOf(header: DataSet): readonly number[] {
  const stated = numbersOf(header, t.AcquisitionMatrix).slice(0, 2);
  if (stated.length > 0) return stated;
  return privateElements(header, names.acquisitionMatrixText).flatMap((element) => {
    const sizes = /^(\d{1,4})[a-z]?\*(\d{1,4})[a-z]?$/i.exec(textOf(element));
    return (sizes ?? []).slice(1).map(Number);
  });
}

function numbersOf(header: DataSet, tag: Tag): readonly number[] {
  try {
    return getNumbers(header, tag);
  } catch {
    return [];
  }
}
