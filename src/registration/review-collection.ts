import type { CatalogChange, SeriesPlace } from '../catalog/catalog.ts';
import { derive } from '../flow/index.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import { eachInParallel } from '../lib/streams/in-parallel.ts';
import type {
  Candidate,
  CollectionEntries,
  EntryNames,
  Review,
  SeriesNames,
} from '../pacs/index/index.ts';
import { formatChange } from './change-text.ts';
import type { Collection } from './collection.ts';
import { registrationLimits } from './limits.ts';
import { seriesMetadataOf } from './series-metadata.ts';
import { seriesNamesOf } from './series-names.ts';

/** What a review of a collection works with. */
export interface ReviewPorts {
  readonly collection: Collection;
  readonly entries: CollectionEntries;
  readonly log: Log;
}

/** Where a series stands in the tree of a collection. */
export function placeOf({ offer }: Collection, names: EntryNames): SeriesPlace {
  const { patientName, studyName, seriesName } = names;
  return { site: offer.site, collection: offer.name, patientName, studyName, seriesName };
}

/**
 * What must go, before anything comes: a series of another patient is withdrawn under its old name
 * and announced under the new one, one whose archives disagree is held back, one that belongs to the
 * collection no more is marked. Each by itself: what fails is noted and waits for nobody.
 */
export async function reviewDepartures(ports: ReviewPorts, review: Review): Promise<void> {
  await eachOf(ports, review.candidates('entered'), depart);
}

/** What comes: new series, and those that grew or are served again. Each by itself. */
export async function reviewArrivals(ports: ReviewPorts, review: Review): Promise<void> {
  await eachOf(ports, review.candidates('all'), arrive);
}

/** Some at once, so that they share commits; each is a transaction of its own all the same. */
function eachOf(
  ports: ReviewPorts,
  candidates: AsyncIterable<Candidate>,
  act: (ports: ReviewPorts, candidate: Candidate) => Promise<void>,
): Promise<void> {
  return eachInParallel(candidates, {
    count: registrationLimits.seriesAtOnce,
    weightMax: registrationLimits.instancesAtOnce,
    weigh: ({ identities }) => identities.instances.length,
    work: (candidate) => noting(ports, candidate, () => act(ports, candidate)),
  });
}

async function depart(ports: ReviewPorts, candidate: Candidate): Promise<void> {
  const { entries, collection } = ports;
  const { entry, standing } = candidate;
  if (standing === 'conflict') return holdBack(ports, candidate);
  if (entry === undefined) return;
  const names = seriesNamesOf(collection.pseudonyms, candidate.identities);
  if (entry.patientName !== names.patientName) return reassign(ports, candidate, names);
  const isLeaving = standing === 'foreign' && entry.state !== 'hidden';
  if (isLeaving !== entry.isLeaving) await entries.setLeaving(candidate, isLeaving);
}

async function holdBack(ports: ReviewPorts, candidate: Candidate): Promise<void> {
  const { entries, collection, log } = ports;
  const { entry } = candidate;
  if (entry?.state === 'shown') {
    const place = placeOf(collection, entry);
    await entries.holdBack(candidate, formatChange({ kind: 'series-conflict', place }));
    log.warn('registration.conflict', { ...seriesOf(place) });
  }
  const code = 'INDEX_HOLDINGS_DISAGREE';
  if (candidate.failure !== code) await entries.setFailure(candidate, code);
}

/** The withdrawal never waits for the announcement: where that fails, it is made alone. */
async function reassign(
  ports: ReviewPorts,
  candidate: Candidate,
  names: SeriesNames,
): Promise<void> {
  const { entries, collection, log } = ports;
  const { entry, standing } = candidate;
  if (entry === undefined) return;
  const from = placeOf(collection, entry);
  log.warn('registration.reassigned', { ...seriesOf(from) });
  const withdraw = (): Promise<void> => {
    const reason = 'reassigned';
    const change = formatChange({ kind: 'series-withdrawn', place: from, reason });
    return entries.withdraw(candidate, { reason, change });
  };
  if (standing !== 'belongs') return withdraw();
  try {
    const series = announcementOf(ports, candidate, names);
    const change = formatChange({ kind: 'series-reassigned', from, series });
    await entries.announce(candidate, { names, change });
  } catch (error) {
    await withdraw();
    throw error;
  }
}

async function arrive(ports: ReviewPorts, candidate: Candidate): Promise<void> {
  const { entries, collection } = ports;
  const { entry, standing } = candidate;
  if (standing === 'conflict') return;
  const isShown = entry?.state === 'shown' && entry.isCurrent;
  if (standing === 'foreign' || isShown) {
    if (candidate.failure !== undefined) await entries.setFailure(candidate, undefined);
    return;
  }
  const names = seriesNamesOf(collection.pseudonyms, candidate.identities);
  const series = announcementOf(ports, candidate, names);
  await entries.announce(candidate, { names, change: formatChange({ kind: 'series', series }) });
}

function announcementOf(
  { collection }: ReviewPorts,
  { record, isHeld }: Candidate,
  names: SeriesNames,
): Extract<CatalogChange, { kind: 'series' }>['series'] {
  const metadata = derive(collection.deidentifier.metadata(record), seriesMetadataOf);
  const { instanceNames } = names;
  return { ...placeOf(collection, names), instanceNames, isHeld, metadata };
}

/** Failures of the database as a whole end a review; any other is one series' own. */
async function noting(
  { entries, collection, log }: ReviewPorts,
  candidate: Candidate,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    const code = codeOf(error) ?? 'INDEX_ANNOUNCEMENT_FAILED';
    if (code.startsWith('DB_') && code !== 'DB_CONSTRAINT') throw error;
    log.warn('registration.not_announced', {
      collection: collection.offer.name,
      code,
      ...(error instanceof Error ? { error: error.name } : {}),
    });
    await entries.setFailure(candidate, code);
  }
}

/** Hide what is marked, some in a transaction. Answers how many series that were. */
export async function hideLeaving({ collection, entries }: ReviewPorts): Promise<number> {
  for (let hidden = 0; ; ) {
    const leaving = await entries.leaving(registrationLimits.hideBatchSeries);
    if (leaving.length === 0) return hidden;
    await entries.hide(
      leaving.map((names) => {
        const place = placeOf(collection, names);
        return { ...names, change: formatChange({ kind: 'series-hidden', place }) };
      }),
    );
    hidden += leaving.length;
  }
}

function seriesOf({ collection, seriesName }: SeriesPlace) {
  return { collection, series: seriesName };
}
