import type { FileNode } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../lib/clock.ts';
import { codeOf } from '../lib/errors/mdm-error.ts';
import type { ByteStream } from '../lib/streams/byte-stream.ts';
import { recallErrors } from '../recall/errors.ts';
import { afterDamage, type DamageContext } from './damage.ts';
import type { DisclosureAudit } from './disclosure-audit.ts';
import { filesErrors } from './errors.ts';
import type { FileStat, FilesCall, OpenFile, RangeRequest } from './files.ts';
import { holdBody } from './held-body.ts';
import { filesLimits } from './limits.ts';
import { type Found, lookupFile } from './lookup.ts';
import { type OpenContext, type OpenedReplica, openReplica } from './open-file.ts';
import { type Span, spanOf } from './range.ts';
import type { ReplicaKeys } from './replica-keys.ts';
import { plaintextBody, sealedBody } from './replica-reader.ts';
import type { Scrub } from './scrub.ts';
import type { Standing } from './standing.ts';
import { statOfFile } from './stat.ts';
import { createVisibility } from './visibility.ts';

/** What serving bytes works with. */
export interface ServeContext extends OpenContext, DamageContext {
  readonly standing: Standing;
  readonly keys: ReplicaKeys;
  readonly audit: DisclosureAudit;
  readonly scrub: Scrub;
}

/** A read as a door asks for it. */
export interface ServeRequest extends FilesCall {
  readonly path: string;
  readonly range: RangeRequest | undefined;
  readonly ifRange: string | undefined;
}

/**
 * Open a file for its reader: decided, waited for, its first bytes verified, then recorded. A
 * replica that turns out damaged or evicted before its first byte is dropped and recalled once; one
 * whose production is given up is waited for once more.
 */
export async function serveFile(
  context: ServeContext,
  caller: Principal,
  request: ServeRequest,
): Promise<OpenFile> {
  for (let tries = 1; ; tries += 1) {
    const found = await lookupFile(context, caller, request.path);
    const wait = limitWait(context.clock, request.signal);
    try {
      return await serve(context, { caller, found, request, signal: wait.signal });
    } catch (error) {
      const isPassing = passingCodes.has(codeOf(error));
      if (!isPassing || tries === filesLimits.damagedTriesMax) throw error;
    } finally {
      wait.end();
    }
  }
}

/** Nothing was sent yet, and another replica may be had: of this recall, or of the next. */
const passingCodes: ReadonlySet<string | undefined> = new Set([
  'FILES_REPLICA_CORRUPT',
  'RECALL_ABORTED',
]);

interface Reading {
  readonly caller: Principal;
  readonly found: Found<FileNode>;
  readonly request: ServeRequest;
  /** Aborts when the reader leaves, or has waited too long for the first byte. */
  readonly signal: AbortSignal;
}

async function serve(context: ServeContext, reading: Reading): Promise<OpenFile> {
  const { caller, found, signal } = reading;
  const asked = { path: found.tree.path, file: found.node };
  const opened = await openReplica(context, asked, { caller, signal });
  try {
    if (opened.isRecalled) await stillAllowed(context, { caller, found, file: opened.file });
    return await answer(context, { ...reading, opened });
  } catch (error) {
    const reason = await reasonOf(opened, error, signal);
    opened.release();
    throw reason;
  }
}

/** Of a production that was given up before its first byte: what its recall ends in says more. */
async function reasonOf(
  opened: OpenedReplica,
  error: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (opened.growing === undefined || codeOf(error) !== 'RECALL_ABORTED') return error;
  return opened.settled(signal).then(
    () => error,
    (reason: unknown) => reason,
  );
}

async function answer(
  context: ServeContext,
  reading: Reading & { readonly opened: OpenedReplica },
): Promise<OpenFile> {
  const { caller, found, request, opened, signal } = reading;
  const { form, path } = found.tree;
  const size = form === 'sealed' ? opened.sealedSize : opened.plaintextSize;
  const { growing } = opened;
  const stat = { ...statOfFile(opened.file, { path, form, mayRead: true, growing }), size };
  const range = wantedRange(request, stat, size);
  const span = range ?? { offset: 0, length: size };
  const { source, replica } = opened;
  const bytes = guarded(context, { caller, found, opened }, () =>
    form === 'sealed'
      ? sealedBody(source, span, { signal })
      : plaintextBody(source, span, { signal, keys: context.keys }),
  );
  const body = await holdBody(bytes, (how) => {
    opened.release();
    if (how === 'left' && form === 'sealed' && replica !== undefined) context.scrub(replica);
  });
  const leave = (): void => void body.return?.().catch(() => undefined);
  // Doors stop asking when their client is gone; not all of them say so.
  request.signal?.addEventListener('abort', leave, { once: true });
  try {
    request.signal?.throwIfAborted();
    const { rule } = found;
    await context.audit.disclosing({ caller, action: 'read', path, rule, bytes: span.length });
  } catch (error) {
    leave();
    throw error;
  }
  if (replica !== undefined) {
    context.catalog.versions.touch(replica.id, context.clock.nowMs()).catch(() => undefined);
  }
  return {
    stat,
    range,
    length: span.length,
    key: form === 'sealed' ? source.key : undefined,
    body,
  };
}

/** The range to serve; a range that was made for another content is no range. */
function wantedRange(request: ServeRequest, stat: FileStat, size: number): Span | undefined {
  const { range, ifRange } = request;
  if (range === undefined) return undefined;
  if (ifRange !== undefined && ifRange !== stat.etag) return undefined;
  return spanOf(range, size);
}

/** A body that is cut when its reader loses the right, or his credential is long over, and that drops a replica found damaged. */
async function* guarded(
  context: ServeContext,
  reading: Pick<Reading, 'caller' | 'found'> & { readonly opened: OpenedReplica },
  make: () => ByteStream | Promise<ByteStream>,
): AsyncGenerator<Uint8Array, void, void> {
  const { clock, standing } = context;
  const { locks } = context.catalog;
  const { caller, found, opened } = reading;
  const changes = async (): Promise<string> =>
    `${locks.changes} ${(await standing.now()).position.seq}`;
  let checkedMs = clock.monotonicMs();
  let seen = await changes();
  try {
    for await (const bytes of await make()) {
      const isLate = clock.monotonicMs() - checkedMs >= filesLimits.policyRecheckMs;
      const now = await changes();
      if (isLate || now !== seen) {
        seen = now;
        if (clock.nowMs() - caller.expiresMs >= filesLimits.endedCredentialMs)
          throw filesErrors.create('FILES_CREDENTIAL_ENDED');
        // One that ended a while ago ended after the decision; a right that was taken did not.
        const still = { ...caller, expiresMs: Number.POSITIVE_INFINITY };
        await stillAllowed(context, { caller: still, found, file: opened.file });
        checkedMs = clock.monotonicMs();
      }
      yield bytes;
    }
  } catch (error) {
    throw await afterDamage(context, opened.replica?.id, error);
  }
}

/** @throws FILES_LOCKED, RECALL_WITHDRAWN, RECALL_QUARANTINED, FILES_FORBIDDEN */
async function stillAllowed(
  { catalog, clock, standing }: ServeContext,
  reading: Pick<Reading, 'caller' | 'found'> & { readonly file: FileNode },
): Promise<void> {
  const { caller, found, file } = reading;
  const path = found.tree.catalogPath;
  const visibility = createVisibility({ caller, feed: await standing.now(), nowMs: clock.nowMs() });
  const closed = visibility.closed(path);
  if (closed === 'locked' || (await catalog.locks.coversFile(file.id)))
    throw filesErrors.create('FILES_LOCKED');
  const series = await catalog.names.series(file.seriesId);
  if (series === undefined || closed === 'hidden') throw recallErrors.create('RECALL_WITHDRAWN');
  if (series.isInConflict || closed === 'conflict') throw recallErrors.create('RECALL_QUARANTINED');
  if (!visibility.decide(path, 'read').allowed) throw filesErrors.create('FILES_FORBIDDEN');
}

/** Waits no longer for a first byte than a client would. */
function limitWait(
  clock: Clock,
  signal: AbortSignal | undefined,
): { readonly signal: AbortSignal; end(): void } {
  const tooLong = new AbortController();
  const { retryAfterSeconds, coldReadWaitMs } = filesLimits;
  const timer = clock.schedule(coldReadWaitMs, () =>
    tooLong.abort(recallErrors.create('RECALL_IN_PROGRESS', { context: { retryAfterSeconds } })),
  );
  return {
    signal: signal === undefined ? tooLong.signal : AbortSignal.any([signal, tooLong.signal]),
    end: () => timer.cancel(),
  };
}
