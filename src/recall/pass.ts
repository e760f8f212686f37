import type { Catalog, FileNode, SeriesId, SeriesNode } from '../catalog/catalog.ts';
import type { Deidentifier } from '../deid/deidentifier.ts';
import { present } from '../lib/assert.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { ClinicalIndex, RecallTarget, StatedSeries } from '../pacs/index/index.ts';
import type { PacsSource } from '../pacs/pacs-source.ts';
import { isListedWithoutImage, isSizedByShape, stackFileName } from '../production/index.ts';
import type {
  FileResult,
  Production,
  ProductionJob,
  ProductionTarget,
  SeriesResult,
} from '../production/production.ts';
import type { ProducerKeys } from '../seal/index.ts';
import type { ReplicaId, Storage } from '../storage/storage.ts';
import { arrivals } from './arrivals.ts';
import type { RecallBoard } from './board.ts';
import { recallErrors } from './errors.ts';
import { type ExpectedSet, expectedSet } from './expected-set.ts';
import { SeriesFiles, statedVersion } from './series-files.ts';
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
  /** Name of the site. */
  readonly site: string;
  /** Keys that this side signs with, or did. */
  readonly producers: ProducerKeys;
  readonly catalog: Catalog;
  readonly index: ClinicalIndex;
  /** By PACS name. */
  readonly sources: ReadonlyMap<string, PacsSource>;
  /** By collection name. */
  readonly collections: ReadonlyMap<string, RecallCollection>;
  readonly production: Production;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly log: Log;
}

/** One pass over a series at its PACS for the files wanted now. */
export interface RecallPass {
  readonly series: SeriesNode;
  readonly files: readonly FileNode[];
  readonly board: RecallBoard;
  readonly priority: 'interactive' | 'bulk';
  /** The sources gave other content than the files' versions: make new versions. */
  readonly renew?: boolean;
  /** The list gave other places than the headers: it is not planned by. */
  readonly headersOnly?: boolean;
}

/** Where a series is. */
interface Place {
  readonly collection: RecallCollection;
  readonly target: RecallTarget;
  readonly source: PacsSource;
  /** By its minted names. */
  readonly series: StatedSeries;
  readonly stateNumber: number;
}

/** What a pass makes, and of which instances. */
interface Plan extends ExpectedSet {
  readonly files: readonly FileNode[];
}

/**
 * Fetch what `files` need and publish them one by one. A file that cannot be made fails alone; what
 * concerns the whole retrieve is thrown.
 * @throws RECALL_*
 */
export async function runPass(ports: RecallPorts, pass: RecallPass): Promise<void> {
  try {
    const place = await placeOf(ports, pass.series);
    const plan = await planOf(place, pass, ports.clock);
    if (plan.files.length === 0) return;
    const { changed, misplaced } = await makeAll(ports, pass, { place, plan });
    const { seriesName } = pass.series;
    if (misplaced.length > 0) {
      ports.log.warn('recall.list_misplaces', { series: seriesName, pacs: place.source.name });
      await runPass(ports, { ...pass, files: misplaced, headersOnly: true });
    }
    if (changed.length === 0) return;
    ports.log.warn('recall.content_changed', { series: seriesName, files: changed.length });
    // What was known of them is no longer so: neither their sizes nor their digests.
    for (const file of changed) await ports.catalog.versions.supersede(file.id);
    await runPass(ports, { ...pass, files: changed, renew: true });
  } catch (error) {
    throw recallError(error);
  }
}

async function placeOf(ports: RecallPorts, series: SeriesNode): Promise<Place> {
  const collection = ports.collections.get(series.collection);
  const target = await ports.index.recallTarget(series.collection, series.seriesName);
  if (collection === undefined || target === undefined) throw recallErrors.create('RECALL_LOST');
  const source = ports.sources.get(heldBy(ports, target) ?? '');
  if (source === undefined) throw recallErrors.create('RECALL_NO_ARCHIVE');
  const named = { collection: series.collection, ...target.names };
  const stateNumber = await ports.index.files.state(named, collection.deidentifier.recipe.digest);
  if (stateNumber === undefined) throw recallErrors.create('RECALL_LOST');
  return { collection, target, source, series: named, stateNumber };
}

function heldBy({ sources }: RecallPorts, { archives }: RecallTarget): string | undefined {
  return archives.find((name) => sources.has(name));
}

/**
 * Which PACS a series would be fetched from, as a number in the order of the configuration: the
 * computing side learns no name. Empty where there is none.
 */
export async function laneOf(ports: RecallPorts, id: SeriesId): Promise<string> {
  const series = await ports.catalog.names.series(id);
  if (series === undefined) return '';
  const target = await ports.index.recallTarget(series.collection, series.seriesName);
  const name = target === undefined ? undefined : heldBy(ports, target);
  return name === undefined ? '' : String([...ports.sources.keys()].indexOf(name));
}

/** The files that can be made now and the instances to ask for; the other files fail here. */
async function planOf(
  place: Place,
  { files, board, priority, headersOnly, renew }: RecallPass,
  clock: Clock,
): Promise<Plan> {
  const announced = new Set(place.target.instanceNames);
  const isHeld = (file: FileNode): boolean =>
    !isInstance(file) || announced.has(instanceNameOf(file));
  for (const file of files) {
    // The last crawl did not find it any more.
    if (!isHeld(file)) board.failed(file.id, recallErrors.create('RECALL_LOST'));
  }
  const held = files.filter(isHeld);
  const instances = held.filter(isInstance);
  const byInstance: Plan = {
    files: instances,
    expected: [...new Set(instances.map(instanceNameOf))].map((name) => ({
      name,
      record: undefined,
    })),
    source: undefined,
  };
  // Only then is there a size to tell before the end.
  const isNew = (file: FileNode): boolean => renew === true || file.version === undefined;
  const withShapes =
    headersOnly !== true && held.some((file) => isSizedByShape(file.product.name) && isNew(file));
  // Who wants every instance takes them for the whole series, as who wants the volume does.
  const wanted = byInstance.expected.length;
  const isFolder = wanted > 1 && wanted === announced.size;
  if (instances.length === held.length && !isFolder) return byInstance;
  try {
    const call = { signal: board.signal, priority, withShapes };
    return { files: held, ...(await expectedSet({ ...place, clock }, call)) };
  } catch (error) {
    const areInstancesLeft = instances.length > 0 && !isFolder;
    if (codeOf(error) !== 'RECALL_INCOMPLETE' || !areInstancesLeft) throw error;
    const failure = recallError(error);
    for (const file of held) if (!isInstance(file)) board.failed(file.id, failure);
    return byInstance;
  }
}

/** Files that need another pass. */
interface Remaining {
  /** The source has other content than their version. */
  readonly changed: readonly FileNode[];
  /** Their slices do not lie where the list says, and may make a volume without it. */
  readonly misplaced: readonly FileNode[];
}

/** Produce and publish. */
async function makeAll(
  ports: RecallPorts,
  pass: RecallPass,
  { place, plan }: { readonly place: Place; readonly plan: Plan },
): Promise<Remaining> {
  const { board, priority } = pass;
  const { source, target } = place;
  const byId = new Map<number, FileNode>(plan.files.map((file) => [file.id, file]));
  const instances = arrivals({
    source,
    target,
    names: plan.expected.map(({ name }) => name),
    optional: new Set(plan.expected.filter(isListedWithoutImage).map(({ name }) => name)),
    call: { signal: board.signal, priority },
    log: ports.log.with({ series: pass.series.seriesName }),
  });
  const files = await SeriesFiles.open(ports.index.files, place.series, namesOf(plan.files));
  const targets = await targetsOf(ports, place, {
    files,
    wanted: plan.files,
    renew: pass.renew === true,
  });
  const keyIds: string[] = [];
  const job = jobOf({ ports, pass, place, plan, targets, files, instances, keyIds });
  const changed: FileNode[] = [];
  const misplaced: FileNode[] = [];
  try {
    for await (const result of ports.production.produce(job)) {
      if (!('fileId' in result)) {
        await enter(ports, pass.series, result);
        continue;
      }
      const file = present(byId.get(result.fileId), 'results are of the files wanted');
      if (result.kind === 'changed') changed.push(file);
      else if (isMisplaced(result) && pass.headersOnly !== true) misplaced.push(file);
      else await publish(ports, { board, file }, result);
    }
    return { changed, misplaced };
  } finally {
    // Whoever followed what was not published in the end may have kept a part of it.
    await ports.catalog.keyChanges.destroyUnused(keyIds);
  }
}

/** The catalog learns what the series holds. */
async function enter(
  { catalog: { versions } }: RecallPorts,
  { id }: SeriesNode,
  result: SeriesResult,
): Promise<void> {
  if (result.kind === 'stacks') return versions.stacksProven(id, result.stacks);
  if (result.kind === 'facts') return versions.factsProven(id, result.facts);
  return versions.slicesProven(id, result.instances);
}

const isMisplaced = (result: FileResult): boolean =>
  result.kind === 'refused' && result.code === 'VOLUME_NOT_AS_LISTED';

function jobOf(options: {
  readonly ports: RecallPorts;
  readonly pass: RecallPass;
  readonly place: Place;
  readonly plan: Plan;
  readonly targets: readonly ProductionTarget[];
  readonly files: SeriesFiles;
  readonly instances: ProductionJob['instances'];
  /** Gets the keys under which something is written. */
  readonly keyIds: string[];
}): ProductionJob {
  const { ports, plan, targets, files, instances } = options;
  const { board } = options.pass;
  const { collection, series, stateNumber } = options.place;
  return {
    site: ports.site,
    collection: series.collection,
    policyId: collection.policyId,
    seriesName: series.seriesName,
    studyName: series.studyName,
    subjectName: series.patientName,
    stateNumber,
    files,
    deidentifier: collection.deidentifier,
    targets,
    expected: plan.expected,
    source: plan.source,
    instances,
    headersOnly: options.pass.headersOnly === true,
    onKeys: (made) => void options.keyIds.push(...made),
    onGrowing(fileId, growing) {
      const file = plan.files.find((candidate) => candidate.id === fileId);
      if (file === undefined) return;
      const { settled, givenUp } = board.progress(file.id);
      const fate = Promise.race([settled.promise, givenUp.promise]);
      fate.catch(() => undefined);
      board.growing(file.id, followReplica({ storage: ports.storage, growing, settled: fate }));
    },
    onGivenUp(fileId) {
      const file = plan.files.find((candidate) => candidate.id === fileId);
      if (file !== undefined) board.gaveUp(file.id, recallErrors.create('RECALL_ABORTED'));
    },
    reserve: (bytes) =>
      reserveSpace({
        storage: ports.storage,
        versions: ports.catalog.versions,
        bytes,
        log: ports.log,
      }),
    signal: board.signal,
  };
}

async function targetsOf(
  ports: RecallPorts,
  { series }: Place,
  { files, wanted, renew }: WantedFiles,
): Promise<readonly ProductionTarget[]> {
  const known = await files.minted(namesOf(wanted));
  return Promise.all(
    wanted.map(async (file) => {
      const fileName = mintedNameOf(file);
      const minted = fileName === undefined ? undefined : known.get(fileName);
      const existing =
        renew || fileName === undefined || minted === undefined
          ? undefined
          : await statedVersion(file, { ...series, site: ports.site, fileName, ...minted }, ports);
      return {
        fileId: file.id,
        product: file.product.name,
        instanceName: isInstance(file) ? instanceNameOf(file) : undefined,
        slice: sliceOf(file),
        stackName: file.stackName,
        existing,
      };
    }),
  );
}

/** What is wanted of a series. */
interface WantedFiles {
  readonly files: SeriesFiles;
  readonly wanted: readonly FileNode[];
  /** Make new versions. */
  readonly renew: boolean;
}

/** The name that a file has; undefined of what stands for a stack that is not proven. */
function mintedNameOf(file: FileNode): string | undefined {
  if (isInstance(file)) return file.name;
  const { stackName, product } = file;
  return stackName === undefined ? undefined : stackFileName(stackName, { product: product.name });
}

function namesOf(files: readonly FileNode[]): readonly string[] {
  return files.flatMap((file) => mintedNameOf(file) ?? []);
}

const isInstance = ({ product }: FileNode): boolean => product.of === 'instance';

/** `i-<H>`, and the number of a slice of it where it is the file of one. */
const instanceFile = /^(i-[0-9a-z]+)(?:-([0-9]+))?\./;

function instanceNameOf({ name }: FileNode): string {
  return present(instanceFile.exec(name)?.[1], 'the name of an instance');
}

/** Which slice of the instance, from 0; undefined of the whole. */
function sliceOf({ name }: FileNode): number | undefined {
  const number = instanceFile.exec(name)?.[2];
  return number === undefined ? undefined : Number(number) - 1;
}

/** What a PACS sent was broken or not as it lists it. It may be repaired: nothing is remembered. */
const passingRefusals: ReadonlySet<string> = new Set(['DEID_MALFORMED', 'VOLUME_NOT_AS_LISTED']);

/** It went while it was made: that ends no other file. */
const goneCodes: ReadonlySet<string> = new Set(['CATALOG_FILE_GONE', 'CATALOG_LOCKED']);

async function publish(
  ports: RecallPorts,
  { board, file }: { readonly board: RecallBoard; readonly file: FileNode },
  result: Exclude<FileResult, { kind: 'changed' }>,
): Promise<void> {
  const { versions } = ports.catalog;
  if (result.kind === 'failed') {
    board.failed(file.id, recallError(result.error));
    return;
  }
  if (result.kind === 'refused') {
    const context = { reason: result.code };
    const failure = recallErrors.create(recallFailureOf(result.code), { context });
    const isLasting = failure.disposition === 'permanent' && !passingRefusals.has(result.code);
    if (isLasting) await versions.refuse(file.id, result.code);
    board.failed(file.id, failure);
    return;
  }
  const { version, replica } = result;
  try {
    board.published(await versions.publish({ fileId: file.id, version, replica }));
  } catch (error) {
    await discard(ports, replica.id);
    if (!goneCodes.has(codeOf(error) ?? '')) throw error;
    board.failed(file.id, recallError(error));
  }
}

/** Delete a replica that was not published, unless it was: a commit may fail after it took effect. */
async function discard({ catalog, storage, log }: RecallPorts, replica: ReplicaId): Promise<void> {
  try {
    if (!(await catalog.versions.knowsReplica(replica))) await storage.delete(replica);
  } catch (error) {
    log.warn('recall.stray_replica', { replica, code: codeOf(error) });
  }
}
