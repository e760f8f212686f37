import { type DataSet, onceShared, type Tag, tag as t } from '../../dicom/index.ts';
import { absent, type Fact, notKept } from '../fact.ts';
import { readFact } from '../read-numbers.ts';
import { convertedFacts, type MacroFact, macros } from './frame-table.ts';
import { type FunctionalGroups, itemOfMacro, type MacroItem, macroItem } from './groups.ts';

/** Facts by name; only those that something is said of. */
type Stated = Record<string, Fact<number | readonly number[]>>;

/**
 * Reads the numbers that the functional groups of a frame state. A macro of the frame wins over the
 * same macro of all frames, whole; what no macro states, converted objects say beside them. Facts of
 * which nothing is said are left out: there the object's own hold.
 */
export function createStatedFacts(
  { shared, frames }: FunctionalGroups,
  omitted: readonly Tag[],
): (frame: DataSet) => Stated {
  const read = (item: DataSet, facts: readonly MacroFact[], into: Stated): void => {
    for (const each of facts) {
      const known = into[each.name];
      if (known !== undefined && known.kind !== 'absent') continue;
      const stated = omitted.includes(t[each.row.source]) ? notKept : readIn(item, each);
      if (stated.kind !== 'absent') into[each.name] = stated;
    }
  };
  const ofMacros = macros.map(([macro, facts]) => {
    const common: Stated = {};
    readMacro(macroItem(shared, macro), facts, { read, into: common });
    const statedBy = onceShared(frames, (element) => {
      const item = itemOfMacro(element);
      const into: Stated = {};
      readMacro(item, facts, { read, into });
      return item === 'none' ? common : into;
    });
    return { tag: t[macro], common, statedBy };
  });
  const ofShared: Stated = {};
  const converted = macroItem(shared, 'UnassignedSharedConvertedAttributesSequence');
  if (typeof converted !== 'string') read(converted, convertedFacts, ofShared);
  const convertedBy = onceShared(frames, (element) => {
    const item = itemOfMacro(element);
    const into: Stated = {};
    if (typeof item !== 'string') read(item, convertedFacts, into);
    return into;
  });
  return (frame) => {
    const own = frame.get(t.UnassignedPerFrameConvertedAttributesSequence);
    const into: Stated = { ...ofShared, ...(own && convertedBy(own)) };
    for (const { tag, common, statedBy } of ofMacros) {
      const element = frame.get(tag);
      Object.assign(into, element === undefined ? common : statedBy(element));
    }
    return into;
  };
}

function readMacro(
  item: MacroItem,
  facts: readonly MacroFact[],
  {
    read,
    into,
  }: {
    readonly read: (item: DataSet, facts: readonly MacroFact[], into: Stated) => void;
    readonly into: Stated;
  },
): void {
  if (item === 'none') return;
  if (item !== 'damaged') read(item, facts, into);
  else for (const { name } of facts) into[name] = notKept;
}

function readIn(item: DataSet, { row, within }: MacroFact): Fact<number | readonly number[]> {
  if (within === undefined) return readFact(item, row);
  const inner = macroItem(item, within);
  if (inner === 'damaged') return notKept;
  return inner === 'none' ? absent : readFact(inner, row);
}
