import {
  type DataElement,
  type DataSet,
  type ItemList,
  isPrivateTag,
  type Keyword,
  type Tag,
  tag as t,
  type Vr,
} from '../../dicom/index.ts';
import { viewOf } from '../../lib/bytes/bytes.ts';
import { textOf } from '../element-text.ts';
import { plainNumbers } from '../grid/numbers.ts';
import { factLimits } from '../limits.ts';
import { type PrivateName, privateElements } from '../private-elements.ts';

/** Where elements of a scan are looked for, the surer first. */
export interface ScanPlaces {
  /** The object itself, what its frames share, its first frame. */
  readonly standard: readonly DataSet[];
  /** The same, and behind them what vendors nest there. */
  readonly all: readonly DataSet[];
  /** What each frame has for itself. */
  readonly frames: ItemList;
}

/** The places of an object. */
export function placesOf(header: DataSet): ScanPlaces {
  const groups = [t.SharedFunctionalGroupsSequence, t.PerFrameFunctionalGroupsSequence].flatMap(
    (tag) => groupsOf(header, tag),
  );
  const isStandard = ({ tag }: (typeof groups)[number]): boolean => !isPrivateTag(tag);
  const standard = [header, ...groups.filter(isStandard).map(({ item }) => item)];
  const nested = groups.filter((group) => !isStandard(group)).map(({ item }) => item);
  return {
    standard,
    all: [...standard, ...nested],
    frames: itemsOf(header.get(t.PerFrameFunctionalGroupsSequence)),
  };
}

/** The items of the functional groups of the first frame, or of all. @standard PS3.3 §C.7.6.16 */
function groupsOf(
  header: DataSet,
  tag: Tag,
): readonly { readonly tag: Tag; readonly item: DataSet }[] {
  const [frame] = itemsOf(header.get(tag));
  return [...(frame ?? [])].flatMap(([group, element]) =>
    [itemsOf(element).at(0) ?? []].flat().map((item) => ({ tag: group, item })),
  );
}

/** Items of a sequence; none of anything else. */
export function itemsOf(element: DataElement | undefined): ItemList {
  return element?.vr === 'SQ' ? element.items : [];
}

/** The first of the places that has the element with a value. */
export function standardElement(
  places: readonly DataSet[],
  keyword: Keyword,
): DataElement | undefined {
  return places
    .map((place) => place.get(t[keyword]))
    .find((element) => element !== undefined && (element.vr === 'SQ' || element.value.length > 0));
}

/** The one element of that name in the first place that has it; undefined where it has several. */
export function privateElement(
  places: readonly DataSet[],
  name: PrivateName,
): DataElement | undefined {
  const found = places
    .map((place) => privateElements(place, name))
    .find(({ length }) => length > 0);
  return found?.length === 1 ? found[0] : undefined;
}

/** VRs whose numbers are bytes, and how wide each is. */
const widths = { FD: 8, FL: 4, SL: 4, UL: 4, SS: 2, US: 2 } as const;
type BinaryVr = keyof typeof widths;

/**
 * The numbers of an element, by its own VR or, where an archive lost that, by the VR that its vendor
 * gives it. Undefined where they are none, or too many.
 */
export function numbersAs(
  element: DataElement | undefined,
  vr: BinaryVr | 'DS' | 'IS' | 'text',
): readonly number[] | undefined {
  if (element === undefined || element.vr === 'SQ') return undefined;
  if (element.value.length === 0 || element.value.length > factLimits.valueMaxBytes)
    return undefined;
  const known = isBinary(element.vr) ? element.vr : element.vr === 'UN' ? vr : 'text';
  if (isBinary(known)) return binaryNumbers(element.value, known);
  return plainNumbers(wordsOf(element));
}

/** One number. */
export function numberAs(
  element: DataElement | undefined,
  vr: Parameters<typeof numbersAs>[1],
): number | undefined {
  return numbersAs(element, vr)?.[0];
}

/** The values of a text, without padding around. Empty where it is too long to be words. */
export function wordsOf(element: DataElement | undefined): readonly string[] {
  if (element === undefined || element.vr === 'SQ') return [];
  if (element.value.length > factLimits.valueMaxBytes) return [];
  return textOf(element)
    .split('\\')
    .map((word) => word.trim());
}

/** The first value of a text. */
export function wordOf(element: DataElement | undefined): string | undefined {
  return wordsOf(element)[0];
}

const isBinary = (vr: Vr | 'text'): vr is BinaryVr => Object.hasOwn(widths, vr);

function binaryNumbers(bytes: Uint8Array, vr: BinaryVr): readonly number[] | undefined {
  const width = widths[vr];
  if (bytes.length % width !== 0) return undefined;
  const view = viewOf(bytes);
  const read = {
    FD: (at: number) => view.getFloat64(at, true),
    FL: (at: number) => view.getFloat32(at, true),
    SL: (at: number) => view.getInt32(at, true),
    UL: (at: number) => view.getUint32(at, true),
    SS: (at: number) => view.getInt16(at, true),
    US: (at: number) => view.getUint16(at, true),
  }[vr];
  return Array.from({ length: bytes.length / width }, (_, index) => read(index * width));
}
