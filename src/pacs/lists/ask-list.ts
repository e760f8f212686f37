import { type DataSet, dataSetOf, type Keyword } from '../../dicom/index.ts';
import type { PacsQuery, QueryLevel } from '../pacs-source.ts';
import { askInParts } from './ask-in-parts.ts';
import { type Standing, standingOf } from './count.ts';
import type { ListMemory } from './list-memory.ts';
import { isRoundLength } from './round-length.ts';
import { type ListOf, type SortedAnswers, sortAnswers } from './sort-answers.ts';

/** What asking for lists works with. */
export interface ListPorts {
  readonly pacs: string;
  readonly find: (query: PacsQuery) => Promise<readonly DataSet[]>;
  readonly memory: ListMemory;
}

/** A list to ask for. */
export interface ListQuestion {
  readonly level: QueryLevel;
  readonly of: ListOf;
  readonly returned: readonly Keyword[];
  /** How many the PACS says there are; undefined where it does not say. */
  readonly counted: number | undefined;
}

/** A list that a PACS gave, and what it is worth. */
export interface PacsList extends SortedAnswers {
  readonly counted: number | undefined;
  readonly standing: Standing;
  /**
   * It may be cut short: no count confirms it, and either lists are cut at such a length and parts
   * were not to be had, or a part of it is as long.
   */
  readonly isDoubtful: boolean;
}

/**
 * Ask for the studies of a PACS, the series of a study or the instances of a series. A list that no
 * count confirms is asked for again in parts where it is as long as lists are cut, or as long as any
 * that this PACS ever gave; what the parts bring counts.
 * @throws MdmError of `pacsErrors`, where the first query fails
 */
export async function askList(ports: ListPorts, question: ListQuestion): Promise<PacsList> {
  const { level, returned, counted } = question;
  const ask = (keys: Readonly<Partial<Record<Keyword, string>>>): Promise<readonly DataSet[]> => {
    const empty = Object.fromEntries(returned.map((keyword) => [keyword, '']));
    return ports.find({ level, keys: dataSetOf({ ...empty, ...question.of, ...keys }) });
  };
  const list = await ask({});
  const isLongest = await ports.memory.isLongest(ports.pacs, list.length);
  const sorted = await sortAnswers(list, question);
  const standing = standingOf(sorted.usable.length, counted);
  const isRound = isRoundLength(list.length);
  const isSuspect = standing !== 'confirmed' && list.length > 1 && (isRound || isLongest);
  if (!isSuspect) return { ...sorted, counted, standing, isDoubtful: false };
  const { answers, outcome } = await askInParts(ask, { level, list });
  const { usable } = await sortAnswers([...list, ...answers], question);
  const now = standingOf(usable.length, counted);
  const isOpen = outcome === 'open' || (outcome === 'none' && isRound);
  return { ...sorted, usable, counted, standing: now, isDoubtful: isOpen && now !== 'confirmed' };
}
