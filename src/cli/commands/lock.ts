import type { LockAnswer } from '../../client/api/answers.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';
import { spreadLine } from '../spread-line.ts';

/** `mdm lock`: returns when no key server gives a share of what lies below. */
export async function lock(
  connection: Connection,
  output: Output,
  request: { readonly path: string; readonly reason: string },
): Promise<void> {
  output.note(
    'Shutting the doors, and waiting until every key server knows it, or answers nobody...',
  );
  const answer = await connection.api.lock(request);
  output.result(answer, `${answer.path} is locked; ${spreadLine(answer)}`);
  if (answer.completeMs === undefined && answer.shutMs === undefined)
    output.note('Not every key server is known to have stopped: `mdm status` shows their leases.');
  output.note('A key or a file that was fetched before cannot be called back.');
}

/** `mdm unlock`. */
export async function unlock(connection: Connection, output: Output, path: string): Promise<void> {
  const answer = await connection.api.unlock(path);
  output.result(answer, `${answer.path} is unlocked; ${spreadLine(answer)}`);
}

/** `mdm lock --list`. */
export async function listLocks(connection: Connection, output: Output): Promise<void> {
  const { locks } = await connection.api.locks();
  for (const one of locks) output.result(one, lockLine(one));
  if (locks.length === 0) output.note('Nothing is locked.');
}

/** A lock as one line. */
export function lockLine({ path, reason, by, sinceMs }: LockAnswer): string {
  return `${path}: locked since ${formatInstant(sinceMs)} by ${by}: ${reason}`;
}
