import type { Catalog, FileNode, SeriesNode } from '../catalog/catalog.ts';
import type { Deidentifier } from '../deid/deidentifier.ts';
import { readDeidentified } from '../flow/index.ts';
import { present } from '../lib/assert.ts';
import type { Log } from '../lib/log.ts';
import type { ClinicalIndex, RecallTarget } from '../pacs/index/index.ts';
import type { PacsSource } from '../pacs/pacs-source.ts';
import type {
  ExpectedInstanceOfJob,
  Production,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
} from '../production/production.ts';
import type { Storage } from '../storage/storage.ts';
import { retrieveOrder } from '../volume/index.ts';
import { arrivals } from './arrivals.ts';
import type { RecallBoard } from './board.ts';
import { recallErrors } from './errors.ts';
import { reserveSpace } from './space.ts';
import { followReplica } from './tickets.ts';
import { recallError, recallFailureOf } from './translate.ts';

/** What a recall must know of a collection. */
export interface RecallCollection {
  readonly policyId: string;
  readonly deidentifier: Deidentifier;
}

/** What a recall works with. */
export interface RecallPorts {
  readonly catalog: Catalog;
  readonly index: ClinicalIndex;
  /** By PACS name. */
  readonly sources: ReadonlyMap<string, PacsSource>;
  /** By collection name. */
  readonly collections: ReadonlyMap<string, RecallCollection>;
  readonly production: Production;
  readonly storage: Storage;
  readonly log: Log;
}

/** One pass over a series at its PACS for the files wanted now. */
export interface RecallPass {
  readonly series: SeriesNode;
  readonly files: readonly FileNode[];
  readonly board: RecallBoard;
  /** The sources gave other content than the files' versions: make new versions. */
  readonly renew?: boolean;
}

/**
 * Fetch what `files` need and publish them one by one. A file that cannot be made fails alone; what
 * concerns the whole retrieve is thrown.
 * @throws RECALL_*
 */
export async function runPass(ports: RecallPorts, pass: RecallPass): Promise<void> {
  try {
    const { series, board, files } = pass;
    const collection = ports.collections.get(series.collection);
    const target = await ports.index.recallTarget(series.collection, series.seriesName);
    const source = target === undefined ? undefined : ports.sources.get(target.pacs);
    if (collection === undefined || target === undefined || source === undefined) {
      throw recallErrors.create('RECALL_LOST');
    }
    const expected = await expectedOf({ source, target, collection, files, board });
    let late = 0;
    const instances = arrivals({
      source,
      target,
      names: expected.map((instance) => instance.name),
      signal: board.signal,
      onLate: () => {
        late += 1;
      },
    });
    const job = jobOf({ ports, pass, collection, target, expected, instances });
    const changed: FileNode[] = [];
    for await (const result of ports.production.produce(job)) {
      const file = present(
        files.find((candidate) => candidate.id === result.fileId),
        'results are of the files wanted',
      );
      if (result.kind === 'changed') changed.push(file);
      else await publish(ports, { board, file }, result);
    }
    if (late > 0) ports.log.warn('recall.late_instances', { series: series.seriesName, late });
    if (changed.length > 0) {
      ports.log.warn('recall.content_changed', {
        series: series.seriesName,
        files: changed.length,
      });
      await runPass(ports, { ...pass, files: changed, renew: true });
    }
  } catch (error) {
    throw recallError(error);
  }
}

/** The instances to ask for: all of them in the order of a volume, or just the files wanted. */
async function expectedOf(options: {
  readonly source: PacsSource;
  readonly target: RecallTarget;
  readonly collection: RecallCollection;
  readonly files: readonly FileNode[];
  readonly board: RecallBoard;
}): Promise<readonly ExpectedInstanceOfJob[]> {
  const { source, target, collection, files, board } = options;
  if (files.every((file) => file.product === 'instance')) {
    return files.map((file) => ({ name: instanceNameOf(file), record: undefined }));
  }
  const listed = target.match(await source.expected(target.series, { signal: board.signal }));
  if (listed === undefined) {
    return target.instanceNames.map((name) => ({ name, record: undefined }));
  }
  if (listed.missing.length > 0) {
    throw recallErrors.create('RECALL_INCOMPLETE', {
      context: { announced: target.instanceNames.length, listed: listed.listed.size },
    });
  }
  const expected = target.instanceNames.map((name) => {
    const record = listed.listed.get(name);
    return {
      name,
      record: record === undefined ? undefined : collection.deidentifier.metadata(record),
    };
  });
  const records = expected.map(({ record }) =>
    record === undefined ? undefined : readDeidentified(record),
  );
  return retrieveOrder(records)
    .map((index) => expected[index])
    .filter((instance) => instance !== undefined);
}

function jobOf(options: {
  readonly ports: RecallPorts;
  readonly pass: RecallPass;
  readonly collection: RecallCollection;
  readonly target: RecallTarget;
  readonly expected: readonly ExpectedInstanceOfJob[];
  readonly instances: ProductionJob['instances'];
}): ProductionJob {
  const { ports, pass, collection, target } = options;
  const { series, board, files } = pass;
  return {
    site: series.site,
    collection: series.collection,
    policyId: series.policyId ?? collection.policyId,
    seriesName: series.seriesName,
    subjectName: target.subjectName,
    deidentifier: collection.deidentifier,
    targets: files.map((file) => targetOf(file, pass.renew === true)),
    expected: options.expected,
    instances: options.instances,
    onGrowing(fileId, growing) {
      const file = files.find((candidate) => candidate.id === fileId);
      if (file === undefined) return;
      const settled = board.progress(file.id).settled.promise;
      board.growing(file.id, followReplica({ storage: ports.storage, growing, settled }));
    },
    reserve: (bytes) =>
      reserveSpace({ storage: ports.storage, versions: ports.catalog.versions, bytes }),
    signal: board.signal,
  };
}

function targetOf(file: FileNode, renew: boolean): ProductionTarget {
  return {
    fileId: file.id,
    guid: file.guid,
    product: file.product,
    instanceName: file.product === 'instance' ? instanceNameOf(file) : undefined,
    format: file.format,
    existing: renew ? undefined : file.version,
    nextVersionNumber: (file.version?.number ?? 0) + 1,
  };
}

function instanceNameOf(file: FileNode): string {
  return file.name.slice(0, -'.dcm'.length);
}

async function publish(
  ports: RecallPorts,
  { board, file }: { readonly board: RecallBoard; readonly file: FileNode },
  result: Exclude<ProductionResult, { kind: 'changed' }>,
): Promise<void> {
  const { versions } = ports.catalog;
  if (result.kind === 'refused') {
    await versions.refuse(file.id, result.code);
    const context = { reason: result.code };
    board.failed(file.id, recallErrors.create(recallFailureOf(result.code), { context }));
    return;
  }
  if (result.stackId !== undefined) await versions.stackProven(file.seriesId, result.stackId);
  const { version, replica } = result;
  board.published(await versions.publish({ fileId: file.id, version, replica }));
}
