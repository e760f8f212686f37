import { concatBytes, viewOf } from '../../lib/bytes/bytes.ts';
import { lookup, vrOf } from '../dictionary/dictionary.ts';
import { tag as t } from '../dictionary/generated/tag.ts';
import { transferSyntax } from '../dictionary/generated/uids.ts';
import type { DataElement, DataSet, ItemList, Tag } from '../element/element.ts';
import { ChangedItems } from '../element/item-list.ts';
import { getNumber } from '../element/value.ts';
import { dicomErrors } from '../errors.ts';
import { decodeDataSet } from './data-set-codec.ts';
import { PackedItems } from './packed-items.ts';

/**
 * The data set with every element of VR UN that the dictionary knows in the dictionary's VR, at all
 * depths. Archives write UN for what their own dictionary lacks; the value is then that of implicit
 * VR little endian, sequences included. Where the dictionary leaves a choice, US or SS follows Pixel
 * Representation. A value that is no sequence where the dictionary has one stays UN.
 *
 * @standard PS3.5 §6.2.2 (CP-246)
 */
export function resolveUnknown(dataSet: DataSet): DataSet {
  return resolveAll(dataSet, () => false);
}

function resolveAll(dataSet: DataSet, inherited: () => boolean): DataSet {
  const isSigned = signedness(dataSet, inherited);
  let changed: Map<Tag, DataElement> | undefined;
  for (const [tag, element] of dataSet) {
    const resolved = resolveElement(element, isSigned);
    if (resolved === element) continue;
    changed ??= new Map(dataSet);
    changed.set(tag, resolved);
  }
  return changed ?? dataSet;
}

/** Whether Pixel Representation says signed; found when asked, since few elements need it. */
function signedness(dataSet: DataSet, inherited: () => boolean): () => boolean {
  if (!dataSet.has(t.PixelRepresentation)) return inherited;
  return () => {
    try {
      return getNumber(dataSet, t.PixelRepresentation) === 1;
    } catch {
      return false;
    }
  };
}

function resolveElement(element: DataElement, isSigned: () => boolean): DataElement {
  if (element.vr === 'SQ') return resolveItems(element, isSigned);
  if (element.vr !== 'UN') return element;
  const { tag, value } = element;
  const vrs = lookup(tag)?.vrs ?? [];
  if (vrs.length === 0) return element;
  if (vrs[0] === 'SQ') return decodeSequence(tag, value) ?? element;
  const vr = vrs.includes('US') && vrs.includes('SS') && isSigned() ? 'SS' : vrOf(tag);
  return vr === 'SQ' ? element : { tag, vr, value };
}

function resolveItems(
  element: Extract<DataElement, { vr: 'SQ' }>,
  isSigned: () => boolean,
): DataElement {
  const { items } = element;
  if (items instanceof PackedItems) {
    if (!items.hasUnknown) return element;
    return { ...element, items: new ChangedItems(items, (item) => resolveAll(item, isSigned)) };
  }
  const resolved = items.map((item) => resolveAll(item, isSigned));
  const isSame = resolved.every((item, index) => item === items.at(index));
  return isSame ? element : { ...element, items: resolved };
}

/**
 * The items of a sequence that came as UN and that no dictionary knows, as vendors' do; undefined
 * where the value holds none. Inside, UN is read by the dictionary.
 */
export function itemsOfUnknown(element: DataElement): ItemList | undefined {
  if (element.vr === 'SQ') return element.items;
  const decoded = element.vr === 'UN' ? decodeItems(element.value) : undefined;
  return decoded?.map((item) => resolveUnknown(item));
}

/** By the rules of a tag that is a sequence: without one, implicit VR makes UN of it. */
function decodeItems(value: Uint8Array): ItemList | undefined {
  const decoded = decodeSequence(t.ReferencedImageSequence, value);
  return decoded?.vr === 'SQ' ? decoded.items : undefined;
}

/** The items that a value holds: read as those of an element of implicit VR little endian. */
function decodeSequence(tag: Tag, value: Uint8Array): DataElement | undefined {
  const head = new Uint8Array(8);
  const view = viewOf(head);
  view.setUint16(0, tag >>> 16, true);
  view.setUint16(2, tag & 0xffff, true);
  view.setUint32(4, value.length, true);
  try {
    const bytes = concatBytes([head, value]);
    return decodeDataSet(bytes, transferSyntax.ImplicitVRLittleEndian).get(tag);
  } catch (error) {
    if (dicomErrors.has(error)) return undefined;
    throw error;
  }
}
