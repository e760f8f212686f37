import { type DataSet, dataSetOf, type Keyword, tag } from '../dicom/index.ts';
import { formatStatus } from '../dimse/index.ts';
import type { Identified } from '../flow/index.ts';
import { identify } from '../flow/mint/identified.ts';
import { reveal } from '../flow/mint/reveal.ts';
import { present } from '../lib/assert.ts';
import { type Clock, sleep } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import { visitInSlices } from '../lib/streams/visit-in-slices.ts';
import { isQueryFailure } from './errors.ts';
import type { FoundSeries } from './index/clinical-index.ts';
import { pacsLimits } from './limits.ts';
import { askList, type ListPorts, type ListQuestion, type PacsList } from './lists/ask-list.ts';
import { statedCount } from './lists/count.ts';
import type { Gap, GapReason } from './lists/gap.ts';
import type { ListMemory } from './lists/list-memory.ts';
import { sortAnswers, uidOf } from './lists/sort-answers.ts';
import type { CallOptions, PacsQuery, PacsSource, QueryLevel } from './pacs-source.ts';

const studyKeys = [
  'PatientID',
  'IssuerOfPatientID',
  'StudyInstanceUID',
  'StudyDate',
  'ModalitiesInStudy',
  'NumberOfStudyRelatedSeries',
] as const satisfies readonly Keyword[];
/** Nothing that the catalog is told of a series may equal one of these: a number may be copied anywhere. */
const identifierKeys = [
  'AccessionNumber',
  'StudyID',
  'PatientName',
  'PatientBirthDate',
  'OtherPatientIDs',
] as const satisfies readonly Keyword[];
const seriesKeys = [
  'Modality',
  'SeriesInstanceUID',
  'SeriesNumber',
  'BodyPartExamined',
  'NumberOfSeriesRelatedInstances',
] as const satisfies readonly Keyword[];
const imageKeys = [
  'SOPInstanceUID',
  'SOPClassUID',
  'InstanceNumber',
] as const satisfies readonly Keyword[];
/** What an archive may have to open a file for: asked of one instance of a series, not of each. */
const detailKeys = [
  'Rows',
  'Columns',
  'BitsAllocated',
  'NumberOfFrames',
] as const satisfies readonly Keyword[];

/** All that a walk asks an archive for. */
export const crawledKeywords: readonly Keyword[] = [
  ...studyKeys,
  ...seriesKeys,
  ...imageKeys,
  ...detailKeys,
];

/** What a walk works with, beside the PACS. */
export interface CrawlOptions extends CallOptions {
  readonly memory: ListMemory;
  readonly clock: Clock;
  /** Told of what cannot be followed, and of lists that are short or may be. */
  readonly onGap: (gap: Gap) => void;
}

/**
 * Walk an archive with C-FIND: every series with its instances, study by study. Fetches no image.
 *
 * A study that disappears between two queries is simply not reported. A list that is shorter than
 * its count is asked for once more, at the end of the walk: something may be arriving. One that is
 * short even then is reported with what it lists, and told as a gap.
 *
 * @throws MdmError of `pacsErrors`; a query below the list of studies that fails is a gap
 */
export function crawl(
  source: PacsSource,
  options: CrawlOptions,
): AsyncGenerator<Identified<FoundSeries>> {
  return new Walk(source, options).run();
}

/** How many instances were found of a series: how much is held of it. */
export function instanceCountOf(found: Identified<FoundSeries>): number {
  return reveal(found).instances.length;
}

/** Series of a study that are left for the end; undefined: all of it. */
type Later = Set<string> | undefined;

class Walk {
  readonly #source: PacsSource;
  readonly #options: CrawlOptions;
  readonly #ports: ListPorts;
  /** By Study Instance UID. */
  readonly #later = new Map<string, Later>();
  #laterCount = 0;
  #isAtEnd = false;

  constructor(source: PacsSource, options: CrawlOptions) {
    this.#source = source;
    this.#options = options;
    const find = (query: PacsQuery): Promise<readonly DataSet[]> => this.#find(query);
    this.#ports = { pacs: source.name, find, memory: options.memory };
  }

  async *run(): AsyncGenerator<Identified<FoundSeries>> {
    const studies = await askList(this.#ports, studyQuestion());
    this.#note(studies, 'STUDY');
    for (const study of studies.usable) yield* this.#study(study);
    this.#isAtEnd = true;
    if (this.#later.size === 0) return;
    await sleep(this.#options.clock, pacsLimits.shortListPauseMs, this.#options);
    for (const [studyUid, only] of this.#later) yield* this.#studyAgain(studyUid, only);
  }

  async *#studyAgain(studyUid: string, only: Later): AsyncGenerator<Identified<FoundSeries>> {
    const again = await this.#ask(studyQuestion({ StudyInstanceUID: studyUid }));
    const study = again?.usable.find((answer) => uidOf(answer, 'STUDY') === studyUid);
    if (study !== undefined) yield* this.#study(study, only);
  }

  async *#study(study: DataSet, only?: Later): AsyncGenerator<Identified<FoundSeries>> {
    const studyUid = present(uidOf(study, 'STUDY'), 'usable answers have UIDs');
    const list = await this.#ask({
      level: 'SERIES',
      of: { StudyInstanceUID: studyUid },
      returned: seriesKeys,
      counted: statedCount(study, tag.NumberOfStudyRelatedSeries),
    });
    if (list === undefined || (list.standing === 'short' && this.#postpone(studyUid))) return;
    this.#note(list, 'SERIES');
    for (const series of list.usable) {
      const seriesUid = present(uidOf(series, 'SERIES'), 'usable answers have UIDs');
      if (only !== undefined && !only.has(seriesUid)) continue;
      const found = await this.#series({ study, series, studyUid, seriesUid });
      if (found !== undefined) yield identify(found);
    }
  }

  /** The instances of a series, the first with its details. Undefined: none, or not yet. */
  async #series(at: SeriesAnswer): Promise<FoundSeries | undefined> {
    const { study, series, studyUid, seriesUid } = at;
    const of = { StudyInstanceUID: studyUid, SeriesInstanceUID: seriesUid };
    const counted = statedCount(series, tag.NumberOfSeriesRelatedInstances);
    const list = await this.#ask({ level: 'IMAGE', of, returned: imageKeys, counted });
    if (list === undefined || (list.standing === 'short' && this.#postpone(studyUid, seriesUid))) {
      return undefined;
    }
    this.#note(list, 'IMAGE');
    const [first, ...others] = list.usable;
    if (first === undefined) return undefined;
    return { study, series, instances: [await this.#detailed(first, of), ...others] };
  }

  /** What an archive knows only from the file, of one instance; as it is where it cannot tell. */
  async #detailed(first: DataSet, of: ListQuestion['of']): Promise<DataSet> {
    const uid = present(uidOf(first, 'IMAGE'), 'usable answers have UIDs');
    const empty = Object.fromEntries(detailKeys.map((keyword) => [keyword, '']));
    const keys = dataSetOf({ ...empty, ...of, SOPInstanceUID: uid });
    const answers = await this.#find({ level: 'IMAGE', keys }).catch((error: unknown) => {
      if (gapOf(error, 'IMAGE') === undefined) throw error;
      return [];
    });
    const { usable } = await sortAnswers(answers, { level: 'IMAGE', of });
    const details = usable.find((answer) => uidOf(answer, 'IMAGE') === uid);
    return new Map([...(details ?? []), ...first]);
  }

  /** Undefined where the archive cannot answer this one query; it may answer others. */
  async #ask(question: ListQuestion): Promise<PacsList | undefined> {
    try {
      return await askList(this.#ports, question);
    } catch (error) {
      const gap = gapOf(error, question.level);
      if (gap === undefined) throw error;
      this.#options.onGap(gap);
      return undefined;
    }
  }

  /** Leave a study, or a series of it, for the end. Not a second time, and not without bound. */
  #postpone(studyUid: string, seriesUid?: string): boolean {
    if (this.#isAtEnd || this.#laterCount >= pacsLimits.secondAsksMax) return false;
    this.#laterCount += 1;
    const known = this.#later.get(studyUid) ?? new Set();
    this.#later.set(studyUid, seriesUid === undefined ? undefined : known.add(seriesUid));
    return true;
  }

  #note(list: PacsList, level: QueryLevel): void {
    const { usable, uidInvalid, notAskedFor, counted, standing, isDoubtful } = list;
    const tell = (reason: GapReason, count = 1): void => {
      if (count > 0) this.#options.onGap({ reason, level, count });
    };
    tell('uid-invalid', uidInvalid);
    tell('not-asked-for', notAskedFor);
    if (standing === 'short') tell('list-short');
    else if (isDoubtful) tell('list-doubtful');
    const isNothing = usable.length + uidInvalid === 0 && counted === undefined;
    if (isNothing && level !== 'STUDY') tell('nothing-listed');
  }

  async #find(query: PacsQuery): Promise<readonly DataSet[]> {
    const found: DataSet[] = [];
    const answers = this.#source.find(identify(query), this.#options);
    await visitInSlices(answers, (answer) => void found.push(reveal(answer)));
    return found;
  }
}

interface SeriesAnswer {
  readonly study: DataSet;
  readonly series: DataSet;
  readonly studyUid: string;
  readonly seriesUid: string;
}

function studyQuestion(of: ListQuestion['of'] = {}): ListQuestion {
  return { level: 'STUDY', of, returned: [...studyKeys, ...identifierKeys], counted: undefined };
}

/** The gap that a failed query leaves; undefined where the archive as a whole is in trouble. */
function gapOf(error: unknown, level: QueryLevel): Gap | undefined {
  if (codeOf(error) === 'PACS_QUERY_TOO_LARGE') {
    return { reason: 'too-many-answers', level, count: 1 };
  }
  if (!isQueryFailure(error)) return undefined;
  const { status } = error.context;
  const stated = typeof status === 'number' ? formatStatus(status) : undefined;
  return { reason: 'query-failed', level, status: stated, count: 1 };
}
