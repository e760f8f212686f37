import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Turn } from '../lib/streams/steps.ts';
import type { AuditHead } from './audit.ts';
import { recordFiles } from './audit-folder.ts';
import { type AuditVerdict, acceptedIn, ChainCheck } from './chain-check.ts';
import { auditErrors } from './errors.ts';
import { readHeadFile } from './head-file.ts';
import type { AuditRecord } from './record.ts';
import { scanFile } from './scan.ts';

/** How far a check is; `done` and `total` in a unit of its own. */
export interface AuditProgress {
  readonly bytes: number;
  readonly done: number;
  readonly total: number;
}

/** What to do while a record is checked. */
export interface VerifyOptions {
  /** Heads noted elsewhere; the record must go through each. */
  readonly anchors?: readonly AuditHead[];
  readonly onProgress?: (progress: AuditProgress) => void;
  /** Between turns of some milliseconds: to leave others more than a turn. */
  readonly rest?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/** The same of the files of a folder. */
export interface VerifyAuditOptions extends VerifyOptions {
  /** The file of its newest head; absent where nobody has it, as of a copy. */
  readonly headFile?: string;
  /** Called with every whole record, in order. */
  readonly onRecord?: (record: AuditRecord) => void;
}

/**
 * Check every record in a folder, oldest first. Reads only; the service may be running.
 * @throws AUDIT_OPEN_FAILED, AUDIT_FORMAT_NEWER, the reason of `signal`
 */
export async function verifyAudit(
  path: string,
  options: VerifyAuditOptions = {},
): Promise<AuditVerdict> {
  try {
    return await verify(path, options);
  } catch (error) {
    if (auditErrors.has(error) || options.signal?.aborted === true) throw error;
    throw auditErrors.create('AUDIT_OPEN_FAILED', { cause: error });
  }
}

async function verify(path: string, options: VerifyAuditOptions): Promise<AuditVerdict> {
  const { headFile, anchors = [], onProgress } = options;
  // The head first: records that come while we read are then no surprise.
  const newest = headFile === undefined ? undefined : await readHeadFile(headFile);
  const check = new ChainCheck(newest === undefined ? anchors : [...anchors, newest]);
  const names = await recordFiles(path);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  for (const [at, name] of names.entries()) {
    await checkFile(check, join(path, name), { ...options, name, isLast: at === names.length - 1 });
    done += sizes[at] ?? 0;
    onProgress?.({ bytes: done, done, total });
  }
  const last = names.at(-1) ?? '';
  if (headFile !== undefined && newest === undefined && check.head.count > 0)
    check.problem('head-missing', last);
  return check.verdict(last);
}

async function checkFile(
  check: ChainCheck,
  path: string,
  options: VerifyAuditOptions & { readonly name: string; readonly isLast: boolean },
): Promise<void> {
  const { name, isLast, onRecord, rest, signal } = options;
  const turn = new Turn();
  for await (const line of scanFile(path)) {
    if (line.kind === 'damaged') {
      check.problem(line.torn && isLast ? 'tail-torn' : 'line-damaged', name);
    } else {
      const { head, record } = line;
      const at = { record: head.count, timeMs: record.utcMs };
      check.link({ head, previous: record.previous, accepted: acceptedIn(record.event, at) }, name);
      onRecord?.(record);
    }
    if (!turn.isOver) continue;
    await rest?.();
    await turn.pass();
    signal?.throwIfAborted();
  }
}
