import type { Catalog, FileNode, StageRow } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Random } from '../lib/random.ts';
import { Mutex } from '../lib/streams/mutex.ts';
import type { RecallPort } from '../recall/port.ts';
import { filesErrors } from './errors.ts';
import type { StagedFile, StageRequest } from './files.ts';
import { filesLimits } from './limits.ts';
import { type Found, lookupFile } from './lookup.ts';
import { refusalOf } from './open-file.ts';
import { createStageInterest, type StageInterest } from './stage-interest.ts';
import type { Standing } from './standing.ts';

/** What staging works with. */
export interface StageContext {
  readonly catalog: Catalog;
  readonly standing: Standing;
  readonly recall: RecallPort;
  readonly clock: Clock;
  readonly random: Random;
}

/** Stage requests: recalls asked for, and pins on what they bring. */
export interface Stages {
  stage(
    caller: Principal,
    paths: readonly string[],
    options: { readonly pinLifetimeSeconds: number },
  ): Promise<StageRequest>;
  staged(caller: Principal, token: string): Promise<StageRequest>;
  release(
    caller: Principal,
    token: string,
    paths: readonly string[] | undefined,
  ): Promise<StageRequest>;
}

/** One file of a request as it was found, or why it was not. */
type Wanted =
  | { readonly path: string; readonly found: Found<FileNode> }
  | { readonly path: string; readonly failure: string };

/** Compose staging. */
export function createStages(context: StageContext): Stages {
  const { catalog, clock } = context;
  const interest = createStageInterest(context);
  /** One at a time, so that two requests together cannot exceed a quota that each of them keeps. */
  const turns = new Mutex();

  const rowOf = async (caller: Principal, token: string): Promise<StageRow> => {
    const row = await catalog.stages.get(token);
    if (row === undefined || row.caller !== caller.subject || row.expiresMs <= clock.nowMs()) {
      throw filesErrors.create('FILES_STAGE_UNKNOWN');
    }
    return row;
  };

  return {
    async stage(caller, paths, { pinLifetimeSeconds }) {
      const asked = [...new Set(paths)];
      if (asked.length > filesLimits.stageFilesMax) throw filesErrors.create('FILES_TOO_MANY');
      const row = await turns.run(() => pin(context, caller, { asked, pinLifetimeSeconds }));
      return describe(context, { caller, row, interest });
    },
    async staged(caller, token) {
      return describe(context, { caller, row: await rowOf(caller, token), interest });
    },
    async release(caller, token, paths) {
      const before = await rowOf(caller, token);
      await catalog.stages.release(token, paths);
      const row = await rowOf(caller, token);
      const isPinned = new Set(
        row.files.filter(({ released }) => !released).map(({ fileId }) => fileId),
      );
      for (const { fileId } of before.files) {
        if (fileId !== undefined && !isPinned.has(fileId)) interest.drop(token, fileId);
      }
      return describe(context, { caller, row, interest });
    },
  };
}

/** Note what is asked for, within the caller's quota; what ended is forgotten first. */
async function pin(
  context: StageContext,
  caller: Principal,
  request: { readonly asked: readonly string[]; readonly pinLifetimeSeconds: number },
): Promise<StageRow> {
  const { catalog, clock, random } = context;
  const { asked, pinLifetimeSeconds } = request;
  await catalog.stages.removeExpired(clock.nowMs());
  const pins = await catalog.stages.pinCount(caller.subject);
  if (pins + asked.length > filesLimits.pinsPerCallerMax) {
    throw filesErrors.create('FILES_PIN_QUOTA');
  }
  const wanted = await Promise.all(asked.map((path) => find(context, caller, path)));
  const seconds = Math.floor(Math.min(pinLifetimeSeconds, filesLimits.pinLifetimeSecondsMax));
  const row: StageRow = {
    token: toHex(random.bytes(16)),
    caller: caller.subject,
    expiresMs: clock.nowMs() + (seconds >= 1 ? seconds : 1) * 1000,
    files: wanted.map((entry) => ({
      path: entry.path,
      fileId: 'found' in entry ? entry.found.node.id : undefined,
      released: false,
      failure: 'failure' in entry ? entry.failure : undefined,
    })),
  };
  await catalog.stages.create(row);
  return row;
}

async function find(context: StageContext, caller: Principal, path: string): Promise<Wanted> {
  try {
    const found = await lookupFile(context, caller, path);
    const refusal = refusalOf(found.node);
    return refusal === undefined ? { path, found } : { path, failure: refusal.code };
  } catch (error) {
    const failure = codeOf(error);
    if (failure === undefined) throw error;
    return { path, failure };
  }
}

function failedFile(path: string, failure: string): StagedFile {
  return { path, state: 'failed', failure };
}

interface Described {
  readonly caller: Principal;
  readonly row: StageRow;
  readonly interest: StageInterest;
}

/**
 * The request as it stands now; each file is decided again, for a pin grants nothing. A file that
 * is not there and that nobody fetches is asked for: after a restart, or when its replica was lost.
 */
async function describe(context: StageContext, described: Described): Promise<StageRequest> {
  const { row } = described;
  const files: StagedFile[] = [];
  for (const entry of row.files) files.push(await describeFile(context, described, entry));
  return { token: row.token, files };
}

async function describeFile(
  context: StageContext,
  { caller, row, interest }: Described,
  entry: StageRow['files'][number],
): Promise<StagedFile> {
  const { path, released } = entry;
  if (entry.failure !== undefined) return failedFile(path, entry.failure);
  const now = await find(context, caller, path);
  if ('failure' in now) return failedFile(path, now.failure);
  if (released) return { path, state: 'released' };
  const { node, tree } = now.found;
  const { version, replica } = node;
  if (version !== undefined && replica !== undefined) {
    const size = tree.form === 'sealed' ? replica.sealedSize : version.plaintextSize;
    return { path, state: 'ready', size, pinnedUntilMs: row.expiresMs };
  }
  const failure = await interest.ask(row, node);
  return failure === undefined ? { path, state: 'staging' } : failedFile(path, failure);
}
