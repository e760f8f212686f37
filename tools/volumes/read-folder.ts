import { readFile as readBytes, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { deidLimits } from '../../src/deid/index.ts';
import {
  CommonElements,
  createDataSetCollector,
  type DataSet,
  dicomErrors,
  encodingOf,
  getNumber,
  getUid,
  type Instance,
  openFile,
  readTokens,
  type Tag,
  tag,
  transferSyntax,
} from '../../src/dicom/index.ts';
import { chunksOf } from './file-chunks.ts';

/** One file of a folder. */
export interface FoundFile {
  readonly path: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly instanceNumber: number;
  /** Everything before the pixel data, as an archive could answer a query from. */
  readonly header: DataSet;
}

/** The files of a series. */
export interface FoundSeries {
  /** Study and series. */
  readonly uid: string;
  readonly files: readonly FoundFile[];
}

/** What a folder holds. */
export interface FoundFolder {
  readonly series: readonly FoundSeries[];
  /** Files that are no DICOM objects that can be read. */
  readonly unreadable: readonly string[];
}

/**
 * All series below a folder, in the order of their first files; each instance once. Files of other
 * content under the UID of an instance that is there, which no archive would hold, are a series of
 * their own.
 */
export async function readFolder(
  folder: string,
  { keep = (header) => header }: { readonly keep?: (header: DataSet) => DataSet } = {},
): Promise<FoundFolder> {
  const bySeries = new Map<string, Instances[]>();
  const unreadable: string[] = [];
  const elements = new CommonElements();
  for (const path of await filesBelow(folder)) {
    const found = await readFile(path, elements);
    if (found === undefined) {
      unreadable.push(path);
      continue;
    }
    const { seriesUid } = found;
    const file = { ...found.file, header: keep(found.file.header) };
    const copies = bySeries.get(seriesUid) ?? [];
    bySeries.set(seriesUid, copies);
    await enter(file, copies);
  }
  const series = [...bySeries].flatMap(([uid, copies]) =>
    copies.map((files) => ({ uid, files: [...files.values()] })),
  );
  return { series, unreadable };
}

/** Attributes that archives return of an image. @standard PS3.4 §C.6.2.1.5 */
const listed: readonly Tag[] = [
  tag.SOPClassUID,
  tag.SOPInstanceUID,
  tag.InstanceNumber,
  tag.ImagePositionPatient,
  tag.ImageOrientationPatient,
  tag.Rows,
  tag.Columns,
  tag.BitsAllocated,
];

/** What an archive answers about an image: at most what its header says. */
export function recordOf(header: DataSet): DataSet {
  const elements = listed.map((at) => header.get(at)).filter((element) => element !== undefined);
  return new Map(elements.map((element) => [element.tag, element]));
}

/** Files by SOP Instance UID. */
type Instances = Map<string, FoundFile>;

async function enter(file: FoundFile, copies: Instances[]): Promise<void> {
  for (const instances of copies) {
    const known = instances.get(file.sopInstanceUid);
    if (known === undefined) {
      instances.set(file.sopInstanceUid, file);
      return;
    }
    if (await isSame(known.path, file.path)) return;
  }
  copies.push(new Map([[file.sopInstanceUid, file]]));
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [{ size }, { size: otherSize }] = [await stat(one), await stat(other)];
  return size === otherSize && (await readBytes(one)).equals(await readBytes(other));
}

/** The instance of a file, to be read once. */
export async function openInstance(file: FoundFile): Promise<Instance> {
  const { dataSet, transferSyntaxUid } = await openFile(chunksOf(file.path));
  const { sopClassUid, sopInstanceUid } = file;
  return { sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet };
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  if ((await stat(folder)).isFile()) return [folder];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

async function readFile(
  path: string,
  elements: CommonElements,
): Promise<{ readonly seriesUid: string; readonly file: FoundFile } | undefined> {
  try {
    const opened = await openFile(chunksOf(path));
    const instance = { ...opened, sopClassUid: '', sopInstanceUid: '' };
    const header = await headerOf(instance, elements);
    const [study = '', series = '', sopClassUid, sopInstanceUid] = [
      tag.StudyInstanceUID,
      tag.SeriesInstanceUID,
      tag.SOPClassUID,
      tag.SOPInstanceUID,
    ].map((each) => getUid(header, each));
    if (sopClassUid === undefined || sopInstanceUid === undefined) return undefined;
    const instanceNumber = numberOf(header);
    const file = { path, sopClassUid, sopInstanceUid, instanceNumber, header };
    return { seriesUid: `${study}/${series}`, file };
  } catch (error) {
    if (dicomErrors.has(error)) return undefined;
    throw error;
  }
}

function numberOf(header: DataSet): number {
  try {
    return getNumber(header, tag.InstanceNumber) ?? 0;
  } catch {
    return 0;
  }
}

async function headerOf(instance: Instance, elements: CommonElements): Promise<DataSet> {
  const { deflated } = encodingOf(instance.transferSyntaxUid);
  const transferSyntaxUid = deflated
    ? transferSyntax.ExplicitVRLittleEndian
    : instance.transferSyntaxUid;
  const collector = createDataSetCollector({
    transferSyntaxUid,
    dataSetMaxBytes: deidLimits.headerMaxBytes,
    packedTag: tag.PerFrameFunctionalGroupsSequence,
  });
  for await (const tokens of readTokens(instance, {
    strict: false,
    likely: elements.likelyValue,
  })) {
    if (collector.add(tokens)) break;
  }
  return elements.share(collector.dataSet);
}
