import type { scanCodes, scanWords } from './scan-codes.ts';
import { scanCodes as codes, scanWords as words } from './scan-codes.ts';
import {
  scanLists as lists,
  type ScanRow,
  type scanLists,
  scanTable,
  type scanTable as table,
} from './scan-table.ts';

type Codes = typeof scanCodes;
type Words = typeof scanWords;

/**
 * What explains a volume beside its voxels: numbers in their ranges, words of lists. A fact that is
 * absent, damaged or out of range is not there.
 */
export type ScanFacts = {
  readonly [Name in keyof typeof table]?: number;
} & {
  readonly [Name in keyof typeof scanLists]?: readonly number[];
} & {
  readonly [Name in keyof Codes]?: Codes[Name][number];
} & {
  readonly [Name in keyof Words]?: readonly Words[Name][number][];
} & {
  /** How an image lies, such as `Tra>Cor(-6.2)`; made anew from its parts. */
  readonly orientationText?: string;
};

/** What a reader proposes: of the same names, and not to be relied on. */
export type ScanProposal = {
  readonly [Name in keyof typeof table]?: number | undefined;
} & {
  readonly [Name in keyof typeof scanLists]?: readonly number[] | undefined;
} & {
  readonly [Name in keyof Codes]?: string | undefined;
} & {
  readonly [Name in keyof Words]?: readonly string[] | undefined;
} & { readonly orientationText?: string | undefined };

/** What is kept of a proposal: the one gate through which facts of a scan come. */
export function keepScan(proposal: ScanProposal): ScanFacts {
  const kept: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(proposal)) {
    const value = keptOf(name, given);
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function keptOf(name: string, given: ScanProposal[keyof ScanProposal]): unknown {
  if (given === undefined) return undefined;
  if (isName(scanTable, name)) return numberOf(given, scanTable[name]);
  if (isName(lists, name)) return listOf(given, lists[name]);
  if (isName(codes, name)) return memberOf(given, codes[name]);
  if (isName(words, name)) return membersOf(given, words[name]);
  return name === 'orientationText' ? orientationTextOf(given) : undefined;
}

const isName = <Table extends object>(of: Table, name: string): name is keyof Table & string =>
  Object.hasOwn(of, name);

/** NaN is in no range. */
function numberOf(given: unknown, { least, most, resolution }: ScanRow): number | undefined {
  if (typeof given !== 'number' || !(given >= least && given <= most)) return undefined;
  return Number(
    'digits' in resolution
      ? given.toPrecision(resolution.digits)
      : given.toFixed(resolution.decimals),
  );
}

/** All of it, or nothing. */
function listOf(
  given: unknown,
  row: ScanRow & { readonly countMax: number },
): readonly number[] | undefined {
  if (!Array.isArray(given) || given.length === 0 || given.length > row.countMax) return undefined;
  const numbers = given.map((value) => numberOf(value, row));
  return numbers.every((value) => value !== undefined) ? numbers : undefined;
}

const memberOf = (given: unknown, members: readonly string[]): string | undefined =>
  members.find((member) => member === given);

/** Those on the list, in their order. */
function membersOf(given: unknown, members: readonly string[]): readonly string[] | undefined {
  if (!Array.isArray(given) || given.length > wordsMax) return undefined;
  const known = given.filter((word) => members.includes(word));
  return known.length === 0 ? undefined : known;
}

const wordsMax = 32;

const planes =
  /^(Tra|Cor|Sag)(?:>(Tra|Cor|Sag)\((-?\d{1,2}(?:\.\d)?)\)(?:>(Tra|Cor|Sag)\((-?\d{1,2}(?:\.\d)?)\))?)?$/;

function orientationTextOf(given: unknown): string | undefined {
  const parts = typeof given === 'string' ? planes.exec(given) : null;
  if (parts === null) return undefined;
  const [, first = '', second, angle, third, another] = parts;
  return [
    first,
    second === undefined ? '' : `>${second}(${angle})`,
    third === undefined ? '' : `>${third}(${another})`,
  ].join('');
}
