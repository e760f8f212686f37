import {
  type DataElement,
  type DataSet,
  dataSetOf,
  getString,
  getStrings,
  tag,
  vrOf,
} from '../../src/dicom/index.ts';
import { dimseStatus, QueryFailure } from '../../src/dimse/index.ts';
import type { HeldInstance } from './header-index.ts';
import { matchesKey } from './match.ts';

type Level = 'STUDY' | 'SERIES' | 'IMAGE';

/** What makes two instances the same entity of a level. */
const entityOf: Record<Level, (instance: HeldInstance) => string> = {
  STUDY: (instance) => instance.studyInstanceUid,
  SERIES: (instance) => instance.seriesInstanceUid,
  IMAGE: (instance) => instance.sopInstanceUid,
};
const controlTags: ReadonlySet<number> = new Set([
  tag.QueryRetrieveLevel,
  tag.SpecificCharacterSet,
  tag.NumberOfStudyRelatedInstances,
  tag.NumberOfStudyRelatedSeries,
  tag.NumberOfSeriesRelatedInstances,
  tag.ModalitiesInStudy,
]);

/**
 * Answer a Study Root C-FIND: an answer per entity of the level that has a matching instance, with
 * every attribute asked for, empty where the archive has none.
 *
 * @standard PS3.4 §C.4.1, §C.6.2
 */
export function* findMatches(
  instances: Iterable<HeldInstance>,
  query: DataSet,
  retrieveAeTitle: string,
): Generator<DataSet> {
  const level = levelOf(query);
  const entities = new Map<string, HeldInstance[]>();
  for (const instance of selectInstances(instances, query)) {
    const key = entityOf[level](instance);
    const members = entities.get(key);
    if (members === undefined) entities.set(key, [instance]);
    else members.push(instance);
  }
  for (const members of entities.values())
    yield answerOf(members, { level, query, retrieveAeTitle });
}

/** Instances that match all keys; for a list of SOP Instance UIDs in the order of the list. */
export function selectInstances(
  instances: Iterable<HeldInstance>,
  query: DataSet,
): readonly HeldInstance[] {
  const keys = [...query.values()].filter((element) => !controlTags.has(element.tag));
  const modalities = query.get(tag.ModalitiesInStudy);
  const selected = [...instances].filter(
    ({ header }) =>
      keys.every((key) => matchesKey(key, query, header)) &&
      (modalities === undefined || matchesModality(query, header)),
  );
  const uids = getString(query, tag.SOPInstanceUID) === undefined ? [] : listOf(query);
  if (uids.length < 2) return selected;
  const position = new Map(uids.map((uid, index) => [uid, index]));
  return selected.sort(
    (a, b) => (position.get(a.sopInstanceUid) ?? 0) - (position.get(b.sopInstanceUid) ?? 0),
  );
}

/** The level of a query. @throws QueryFailure when it is none of the Study Root model */
export function levelOf(query: DataSet): Level {
  const level = getString(query, tag.QueryRetrieveLevel);
  if (level === 'STUDY' || level === 'SERIES' || level === 'IMAGE') return level;
  throw new QueryFailure(dimseStatus.identifierDoesNotMatch);
}

function answerOf(
  members: readonly HeldInstance[],
  options: { readonly level: Level; readonly query: DataSet; readonly retrieveAeTitle: string },
): DataSet {
  const { level, query, retrieveAeTitle } = options;
  const first = members[0];
  if (first === undefined) return new Map();
  const own = dataSetOf({
    QueryRetrieveLevel: level,
    RetrieveAETitle: retrieveAeTitle,
    ...countsOf(level, members),
  });
  const always = [tag.QueryRetrieveLevel, tag.RetrieveAETitle, tag.SpecificCharacterSet];
  const wanted = new Set([...always, ...query.keys(), tag.StudyInstanceUID]);
  const answer = new Map<number, DataElement>();
  for (const wantedTag of [...wanted].sort((a, b) => a - b)) {
    const element = own.get(wantedTag) ?? first.header.get(wantedTag) ?? emptyElement(wantedTag);
    if (element !== undefined) answer.set(wantedTag, element);
  }
  return answer;
}

/** What is counted, not copied from a header. */
function countsOf(level: Level, members: readonly HeldInstance[]): Parameters<typeof dataSetOf>[0] {
  if (level === 'IMAGE') return {};
  if (level === 'SERIES') return { NumberOfSeriesRelatedInstances: members.length };
  const modalities = members.map(({ header }) => getString(header, tag.Modality) ?? '');
  return {
    NumberOfStudyRelatedInstances: members.length,
    NumberOfStudyRelatedSeries: new Set(members.map(entityOf.SERIES)).size,
    ModalitiesInStudy: [...new Set(modalities)],
  };
}

function emptyElement(wantedTag: number): DataElement | undefined {
  if (wantedTag === tag.SpecificCharacterSet) return undefined;
  const vr = vrOf(wantedTag);
  return vr === 'SQ'
    ? { tag: wantedTag, vr, items: [] }
    : { tag: wantedTag, vr, value: new Uint8Array(0) };
}

function matchesModality(query: DataSet, header: DataSet): boolean {
  const wanted = getString(query, tag.ModalitiesInStudy);
  return wanted === undefined || wanted === getString(header, tag.Modality);
}

function listOf(query: DataSet): readonly string[] {
  return getStrings(query, tag.SOPInstanceUID);
}
