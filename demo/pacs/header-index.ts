import { createReadStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createDataSetCollector,
  createFileHeaderReader,
  createTokenReader,
  type DataSet,
  getUid,
  inflateInstance,
  tag,
} from '../../src/dicom/index.ts';
import type { StorableInstance } from '../../src/dimse/index.ts';

/** One instance of the archive: its header in memory, its bytes in a file. */
export interface HeldInstance extends StorableInstance {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  /** All elements before the pixel data. */
  readonly header: DataSet;
}

/** The headers of the files of a folder, in the order of their paths. */
export interface HeaderIndex {
  readonly instances: ReadonlyMap<string, HeldInstance>;
  /** Read a file and add it; a file that is not DICOM is skipped and gives false. */
  add(path: string): Promise<boolean>;
}

/** Files longer than this are streamed, shorter ones read at once. */
const readAtOnceMaxBytes = 4 * 1024 * 1024;
const chunkBytes = 256 * 1024;

/** Index every Part 10 file under `folder`. */
export async function createHeaderIndex(folder: string): Promise<HeaderIndex> {
  const instances = new Map<string, HeldInstance>();
  const index: HeaderIndex = {
    instances,
    async add(path) {
      const held = await readInstance(path);
      if (held !== undefined) instances.set(held.sopInstanceUid, held);
      return held !== undefined;
    },
  };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  for (const path of paths) await index.add(path);
  return index;
}

async function readInstance(path: string): Promise<HeldInstance | undefined> {
  try {
    const { header, transferSyntaxUid, offset, size } = await readHeader(path);
    const sopClassUid = getUid(header, tag.SOPClassUID);
    const sopInstanceUid = getUid(header, tag.SOPInstanceUID);
    const studyInstanceUid = getUid(header, tag.StudyInstanceUID);
    const seriesInstanceUid = getUid(header, tag.SeriesInstanceUID);
    if (sopClassUid === undefined || sopInstanceUid === undefined) return undefined;
    if (studyInstanceUid === undefined || seriesInstanceUid === undefined) return undefined;
    return {
      sopClassUid,
      sopInstanceUid,
      studyInstanceUid,
      seriesInstanceUid,
      transferSyntaxUid,
      header,
      open: async () =>
        size <= readAtOnceMaxBytes
          ? (await readFile(path)).subarray(offset)
          : createReadStream(path, { start: offset, highWaterMark: chunkBytes }),
    };
  } catch {
    return undefined; // not DICOM, or broken: an archive does not list it
  }
}

async function readHeader(
  path: string,
): Promise<{ header: DataSet; transferSyntaxUid: string; offset: number; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const start = new Uint8Array(Math.min(size, chunkBytes));
    await file.read(start, 0, start.length, 0);
    const opened = createFileHeaderReader().push(start);
    if (opened === undefined) throw new Error('no data set');
    const { transferSyntaxUid } = opened.meta;
    const offset = start.length - opened.rest.length;
    const source = createReadStream(path, { start: offset, highWaterMark: chunkBytes });
    const header = await collectHeader(source, transferSyntaxUid);
    return { header, transferSyntaxUid, offset, size };
  } finally {
    await file.close();
  }
}

async function collectHeader(
  source: AsyncIterable<Uint8Array>,
  transferSyntaxUid: string,
): Promise<DataSet> {
  const inflated = inflateInstance({ transferSyntaxUid, dataSet: source });
  const options = { transferSyntaxUid: inflated.transferSyntaxUid };
  const reader = createTokenReader({ ...options, strict: false });
  const collector = createDataSetCollector(options);
  for await (const chunk of inflated.dataSet) {
    if (collector.add(reader.push(chunk))) return collector.dataSet;
  }
  collector.add(reader.end());
  return collector.dataSet;
}
