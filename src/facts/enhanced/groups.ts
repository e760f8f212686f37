import {
  type DataElement,
  type DataSet,
  type ItemList,
  type Keyword,
  tag as t,
} from '../../dicom/index.ts';

/** The one item of a macro; `none` where it is not there, `damaged` where it is no one item. */
export type MacroItem = DataSet | 'none' | 'damaged';

/** What the functional groups of an object hold. */
export interface FunctionalGroups {
  /** Item of each frame, in the order of the frames. */
  readonly frames: ItemList;
  /** Of all frames; empty where there is none. */
  readonly shared: DataSet;
}

const nothing: DataSet = new Map();

/**
 * The functional groups of an object with so many frames; undefined where there is not an item for
 * each frame, or what is shared is not one item. Never throws, and takes time by what is there, not by what is claimed.
 *
 * @standard PS3.3 §C.7.6.16
 */
export function functionalGroups(header: DataSet, frames: number): FunctionalGroups | undefined {
  const perFrame = header.get(t.PerFrameFunctionalGroupsSequence);
  if (perFrame?.vr !== 'SQ' || perFrame.items.length !== frames) return undefined;
  const shared = macroItem(header, 'SharedFunctionalGroupsSequence');
  if (shared === 'damaged') return undefined;
  return { frames: perFrame.items, shared: shared === 'none' ? nothing : shared };
}

/** The item of a macro in a functional group. A sequence without items is as good as none. */
export function macroItem(group: DataSet, macro: Keyword): MacroItem {
  return itemOfMacro(group.get(t[macro]));
}

/** The item of the sequence that a macro is. */
export function itemOfMacro(element: DataElement | undefined): MacroItem {
  if (element === undefined) return 'none';
  if (element.vr !== 'SQ') return element.value.length === 0 ? 'none' : 'damaged';
  const [item, another] = element.items;
  if (item === undefined) return 'none';
  return another === undefined ? item : 'damaged';
}
