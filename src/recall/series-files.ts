import type { FileNode } from '../catalog/catalog.ts';
import { present } from '../lib/assert.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { MintedFile, StatedFiles, StatedSeries } from '../pacs/index/index.ts';
import type { ExistingVersion, FileRegister } from '../production/production.ts';
import { checkSegmentDigests, type ProducerKeys, verifyVersion } from '../seal/index.ts';

/** What the clinical index says of the files of one series; asked once for those that are known. */
export class SeriesFiles implements FileRegister {
  readonly #index: StatedFiles;
  readonly #series: StatedSeries;
  readonly #minted: Map<string, MintedFile>;

  private constructor(index: StatedFiles, series: StatedSeries, minted: Map<string, MintedFile>) {
    this.#index = index;
    this.#series = series;
    this.#minted = minted;
  }

  static async open(
    index: StatedFiles,
    series: StatedSeries,
    names: readonly string[],
  ): Promise<SeriesFiles> {
    return new SeriesFiles(index, series, new Map(await index.mint(series, names)));
  }

  async minted(fileNames: readonly string[]): Promise<ReadonlyMap<string, MintedFile>> {
    const missing = fileNames.filter((name) => !this.#minted.has(name));
    const found = missing.length === 0 ? [] : await this.#index.mint(this.#series, missing);
    for (const [name, minted] of found) this.#minted.set(name, minted);
    return this.#minted;
  }

  async take(fileName: string, version: number): Promise<void> {
    await this.#index.take(this.#series, fileName, version);
    const { guid } = present(this.#minted.get(fileName), 'minted before it is stated');
    this.#minted.set(fileName, { guid, version });
  }
}

/**
 * The version of a file that the catalog has, as far as this side stated it of that very file:
 * another row may stand there. Undefined where it did not, or has stated a newer one since.
 */
export async function statedVersion(
  file: FileNode,
  expected: StatedSeries & MintedFile & { readonly site: string; readonly fileName: string },
  { producers, log }: { readonly producers: ProducerKeys; readonly log: Log },
): Promise<ExistingVersion | undefined> {
  if (file.version === undefined) return undefined;
  const { receipt, segmentDigests } = file.version;
  const { patientName, studyName, seriesName, fileName } = expected;
  try {
    const verified = await verifyVersion(receipt, producers);
    const { version } = verified;
    const isOfFile =
      version.site === expected.site &&
      version.collection === expected.collection &&
      version.name === `${patientName}/${studyName}/${seriesName}/${fileName}` &&
      version.guid === expected.guid &&
      version.version === expected.version;
    if (!isOfFile) return disbelieve(log, fileName, 'RECALL_OTHER_VERSION');
    await checkSegmentDigests(segmentDigests, version);
    return { ...verified, segmentDigests };
  } catch (error) {
    return disbelieve(log, fileName, codeOf(error) ?? 'RECALL_OTHER_VERSION');
  }
}

function disbelieve(log: Log, file: string, reason: string): undefined {
  log.error('recall.version_disbelieved', { file, reason });
  return undefined;
}
