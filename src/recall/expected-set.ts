import type { Deidentifier } from '../deid/deidentifier.ts';
import { readDeidentified } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import type { ExpectedNames, RecallTarget } from '../pacs/index/index.ts';
import { pacsLimits } from '../pacs/limits.ts';
import type { CallOptions, PacsSource } from '../pacs/pacs-source.ts';
import type { ExpectedInstanceOfJob, SourceStatement } from '../production/production.ts';
import { retrieveOrder } from '../volume/index.ts';
import { recallErrors } from './errors.ts';

/** What must come for the whole of a series, and what the PACS says of it. */
export interface ExpectedSet {
  readonly expected: readonly ExpectedInstanceOfJob[];
  /** Undefined in a pass that does not want the whole. */
  readonly source: SourceStatement | undefined;
}

/** `withShapes`: a size is wanted before the last slice is here. */
type AskOptions = CallOptions & { readonly withShapes: boolean };

interface Place {
  readonly collection: { readonly deidentifier: Deidentifier };
  readonly target: RecallTarget;
  readonly source: PacsSource;
  readonly clock: Clock;
}

/**
 * All instances of a series, in the order of a volume. A list that is shorter than the count that
 * the PACS states is asked for once more, after a moment: the rest may be arriving.
 * @throws RECALL_INCOMPLETE, naming what is counted and listed
 */
export async function expectedSet(place: Place, call: AskOptions): Promise<ExpectedSet> {
  const { target } = place;
  const said = await askUntilWhole(place, call);
  const { list, listed, counted, standing } = said;
  const unconfirmed = standing === 'confirmed' || standing === 'short' ? undefined : standing;
  const source: SourceStatement = { listed, counted, unconfirmed };
  if (list === undefined) {
    const expected = target.instanceNames.map((name) => ({ name, record: undefined }));
    return { expected, source };
  }
  // A volume without late slices would be a shorter file, though its geometry may look whole.
  if (list.missing.length > 0 || list.lateCount > 0) throw otherThanAnnounced(target, list);
  return { expected: inOrder(place, list), source };
}

async function askUntilWhole(place: Place, call: AskOptions): Promise<ExpectedNames> {
  const { target, source, clock } = place;
  const ask = async (): Promise<ExpectedNames> =>
    target.match(await source.expected(target.series, call));
  const first = await ask();
  if (!isShort(first)) return first;
  await sleep(clock, pacsLimits.shortListPauseMs, call);
  const second = await ask();
  if (isShort(second)) throw shortList(target, second);
  return second;
}

function isShort({ standing, list }: ExpectedNames): boolean {
  return standing === 'short' || (list !== undefined && list.unusable > 0);
}

function shortList(target: RecallTarget, { list, listed, counted }: ExpectedNames): Error {
  const unusable = list?.unusable ?? 0;
  const known = listed ?? target.instanceNames.length;
  const counts = counted === null ? {} : { counted };
  return recallErrors.create('RECALL_INCOMPLETE', {
    message: `listed ${known}, counted ${counted ?? 'none'}, without a UID ${unusable}`,
    context: { listed: known, ...counts, unusable },
  });
}

function otherThanAnnounced(
  { instanceNames }: RecallTarget,
  { missing, lateCount }: NonNullable<ExpectedNames['list']>,
): Error {
  const context = { announced: instanceNames.length, missing: missing.length, late: lateCount };
  return recallErrors.create('RECALL_INCOMPLETE', { context });
}

function inOrder(
  { target, collection }: Place,
  { listed }: NonNullable<ExpectedNames['list']>,
): readonly ExpectedInstanceOfJob[] {
  const expected = target.instanceNames.map((name) => {
    const record = present(listed.get(name), 'nothing that is announced is missing');
    return { name, record: collection.deidentifier.metadata(record) };
  });
  const order = retrieveOrder(expected.map(({ record }) => readDeidentified(record)));
  return order.map((index) => present(expected[index], 'an index of the list'));
}
