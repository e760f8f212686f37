import type { DataSet } from '../../dicom/element/element.ts';
import { elementOf, tag } from '../../dicom/index.ts';
import type { Instance } from '../../dicom/stream/instance.ts';
import type { Identified } from '../../flow/index.ts';
import { identify } from '../../flow/mint/identified.ts';
import { reveal } from '../../flow/mint/reveal.ts';
import { present } from '../../lib/assert.ts';
import { type Standing, standingOf } from '../lists/count.ts';
import type { ExpectedList, ExpectedSeries, RetrieveUnit, SeriesRef } from '../pacs-source.ts';
import type { EntryNames } from './clinical-index.ts';

/** One instance of an announced series. */
export interface NamedInstance {
  readonly name: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid?: string | undefined;
}

/** What the PACS lists of an announced series now, by pseudonym. */
export interface ListedNames {
  /** The PACS's IMAGE-level answer for each announced instance that it still lists. */
  readonly listed: ReadonlyMap<string, Identified<DataSet>>;
  /** Announced instances that the PACS lists no more. */
  readonly missing: readonly string[];
  /** Instances the PACS lists that were never announced. */
  readonly lateCount: number;
  /** Answers that name no instance. */
  readonly unusable: number;
}

/** What the PACS says of an announced series now, by pseudonym and in numbers. */
export interface ExpectedNames {
  /** Undefined where it gives no list. */
  readonly list: ListedNames | undefined;
  /** Instances that it lists; null where it gives no list. */
  readonly listed: number | null;
  /** Instances that it counts; null where it states no count. */
  readonly counted: number | null;
  /** The count laid beside the list; where there is none, beside what was announced. */
  readonly standing: Standing;
}

/**
 * The clinical side of one announced series: translates between pseudonyms and what the PACS
 * knows, so that recall can work with names alone and never sees an identifier.
 */
export class RecallTarget {
  /** Names of the PACS that hold it, the one seen first first. */
  readonly archives: readonly string[];
  readonly names: EntryNames;
  readonly #series: SeriesRef;
  readonly #byName: ReadonlyMap<string, NamedInstance>;
  readonly #nameBySopInstanceUid: ReadonlyMap<string, string>;

  constructor(options: {
    readonly archives: readonly string[];
    readonly names: EntryNames;
    readonly series: SeriesRef;
    readonly instances: readonly NamedInstance[];
  }) {
    this.archives = options.archives;
    this.names = options.names;
    this.#series = options.series;
    this.#byName = new Map(options.instances.map((instance) => [instance.name, instance]));
    this.#nameBySopInstanceUid = new Map(
      options.instances.map((instance) => [instance.sopInstanceUid, instance.name]),
    );
  }

  /** All announced instances, `i-<H>`, in the order they were announced. */
  get instanceNames(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** The series, for a query. */
  get series(): Identified<SeriesRef> {
    return identify(this.#series);
  }

  /** The pseudonym of an arriving instance; undefined if it was never announced. */
  nameOf(instance: Identified<Instance>): string | undefined {
    return this.#nameBySopInstanceUid.get(reveal(instance).sopInstanceUid);
  }

  /** Retrieves for `names` in their order, at most `instancesMax` each. */
  units(names: readonly string[], instancesMax: number): readonly Identified<RetrieveUnit>[] {
    const units: Identified<RetrieveUnit>[] = [];
    for (let start = 0; start < names.length; start += instancesMax) {
      const wanted = names
        .slice(start, start + instancesMax)
        .map((name) => present(this.#byName.get(name), 'only announced instances are asked for'));
      units.push(
        identify({
          series: this.#series,
          sopInstanceUids: wanted.map((instance) => instance.sopInstanceUid),
          sopClassUids: classesOf(wanted),
          sopClassUidOf: classByInstance(wanted),
        }),
      );
    }
    return units;
  }

  /** Lay what the PACS says now beside what was announced. */
  match(expected: Identified<ExpectedSeries>): ExpectedNames {
    const { list, counted } = reveal(expected);
    const listed = list?.instances.length;
    return {
      list: list && this.#named(list),
      listed: listed ?? null,
      counted: counted ?? null,
      standing: standingOf(listed ?? this.#byName.size, counted),
    };
  }

  #named({ instances, unusable }: ExpectedList): ListedNames {
    const listed = new Map<string, Identified<DataSet>>();
    let lateCount = 0;
    for (const instance of instances) {
      const name = this.#nameBySopInstanceUid.get(instance.sopInstanceUid);
      if (name === undefined) lateCount += 1;
      else listed.set(name, identify(withClass(instance.record, this.#byName.get(name))));
    }
    const missing = this.instanceNames.filter((name) => !listed.has(name));
    return { listed, missing, lateCount, unusable };
  }
}

/**
 * An answer with the class that the walk found: by it objects that hold no image are told from slices.
 * It is not asked for again with every list, since archives open a file for it (Orthanc does).
 */
function withClass(record: DataSet, known: NamedInstance | undefined): DataSet {
  if (known?.sopClassUid === undefined || record.has(tag.SOPClassUID)) return record;
  return new Map([...record, [tag.SOPClassUID, elementOf(tag.SOPClassUID, known.sopClassUid)]]);
}

/** The SOP classes to propose; none where one is not known, for then any may come. */
function classesOf(instances: readonly NamedInstance[]): readonly string[] {
  const classes = new Set(instances.map((instance) => instance.sopClassUid));
  return [...classes].every((uid) => uid !== undefined) ? [...classes].map(String) : [];
}

function classByInstance(instances: readonly NamedInstance[]): ReadonlyMap<string, string> {
  return new Map(
    instances.flatMap(({ sopInstanceUid, sopClassUid }) =>
      sopClassUid === undefined ? [] : [[sopInstanceUid, sopClassUid] as const],
    ),
  );
}
