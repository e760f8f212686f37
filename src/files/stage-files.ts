import type { Catalog, FileNode, StageRow } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import { toHex } from '../lib/bytes/bytes.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Random } from '../lib/random.ts';
import type { RecallPort, RecallTicket } from '../recall/port.ts';
import { filesErrors } from './errors.ts';
import type { StagedFile, StageRequest } from './files.ts';
import { filesLimits } from './limits.ts';
import { lookup } from './lookup.ts';
import { refusalOf } from './open-file.ts';
import { statOfFile } from './stat.ts';

/** What staging works with. */
export interface StageContext {
  readonly catalog: Catalog;
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
  | { readonly path: string; readonly file: FileNode }
  | { readonly path: string; readonly failure: string };

/** Compose staging. */
export function createStages(context: StageContext): Stages {
  /** Interest in recalls under way, by token; lost at a restart, when the recall goes on by itself. */
  const tickets = new Map<string, RecallTicket[]>();

  const watch = (token: string, file: FileNode, ticket: RecallTicket): void => {
    const mine = tickets.get(token) ?? [];
    tickets.set(token, [...mine, ticket]);
    ticket.settled({}).then(
      () => undefined,
      (error: unknown) =>
        context.catalog.stages
          .fail(token, file.id, codeOf(error) ?? 'RECALL_FAILED')
          .catch(() => undefined),
    );
  };

  const rowOf = async (caller: Principal, token: string): Promise<StageRow> => {
    const row = await context.catalog.stages.get(token);
    if (row === undefined || row.caller !== caller.subject) {
      throw filesErrors.create('FILES_STAGE_UNKNOWN');
    }
    return row;
  };

  return {
    async stage(caller, paths, { pinLifetimeSeconds }) {
      if (paths.length > filesLimits.stageFilesMax) throw filesErrors.create('FILES_TOO_MANY');
      const pins = await context.catalog.stages.pinCount(caller.subject);
      if (pins + paths.length > filesLimits.pinsPerCallerMax) {
        throw filesErrors.create('FILES_PIN_QUOTA');
      }
      const wanted = await Promise.all(paths.map((path) => find(context, caller, path)));
      const seconds = Math.min(pinLifetimeSeconds, filesLimits.pinLifetimeSecondsMax);
      const row: StageRow = {
        token: toHex(context.random.bytes(16)),
        caller: caller.subject,
        expiresMs: context.clock.nowMs() + seconds * 1000,
        files: wanted
          .filter((entry) => 'file' in entry)
          .map(({ path, file }) => ({
            path,
            fileId: file.id,
            released: false,
            failure: undefined,
          })),
      };
      await context.catalog.stages.create(row);
      for (const entry of wanted) {
        if (!('file' in entry) || entry.file.replica !== undefined) continue;
        const { file } = entry;
        watch(row.token, file, await context.recall.request(file, { priority: 'interactive' }));
      }
      const failed = wanted.filter((entry) => 'failure' in entry).map(failedFile);
      const request = await describe(context, caller, row);
      return { ...request, files: [...request.files, ...failed] };
    },
    async staged(caller, token) {
      return describe(context, caller, await rowOf(caller, token));
    },
    async release(caller, token, paths) {
      await rowOf(caller, token);
      await context.catalog.stages.release(token, paths);
      const row = await rowOf(caller, token);
      if (row.files.every((file) => file.released)) {
        for (const ticket of tickets.get(token) ?? []) ticket.detach();
        tickets.delete(token);
      }
      return describe(context, caller, row);
    },
  };
}

async function find(context: StageContext, caller: Principal, path: string): Promise<Wanted> {
  try {
    const { node } = await lookup(context, caller, { path, right: 'read' });
    if (node.kind === 'directory') return { path, failure: 'FILES_IS_A_DIRECTORY' };
    const refusal = refusalOf(node);
    return refusal === undefined
      ? { path, file: node }
      : { path, failure: codeOf(refusal) ?? 'RECALL_FAILED' };
  } catch (error) {
    const failure = codeOf(error);
    if (failure === undefined) throw error;
    return { path, failure };
  }
}

function failedFile(entry: { readonly path: string; readonly failure: string }): StagedFile {
  const { path, failure } = entry;
  return { path, state: 'failed', failure, size: undefined, pinnedUntilMs: undefined };
}

/** The request as it stands now; each file is checked again, a pin grants nothing. */
async function describe(
  context: StageContext,
  caller: Principal,
  row: StageRow,
): Promise<StageRequest> {
  const files = await Promise.all(
    row.files.map(async (entry): Promise<StagedFile> => {
      const { path } = entry;
      if (entry.failure !== undefined) return failedFile({ path, failure: entry.failure });
      const now = await find(context, caller, path);
      if ('failure' in now) return failedFile(now);
      const { replica } = now.file;
      const form = path.endsWith('.c4gh') ? 'sealed' : 'plain';
      const staged = replica === undefined ? 'staging' : 'ready';
      return {
        path,
        state: entry.released ? 'released' : staged,
        failure: undefined,
        size: statOfFile(now.file, { path, form, mayRead: true }).size,
        pinnedUntilMs: row.expiresMs,
      };
    }),
  );
  return { token: row.token, files };
}
