import type { UpkeepJobAnswer } from '../../client/api/answers.ts';
import { sleep } from '../../lib/clock.ts';
import type { Connection } from '../connection.ts';
import { Ended } from '../ended.ts';
import { exitCode } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { jobLines } from './key-status.ts';

const pollMs = 1_000;

/** `mdm key recover`: begins it, or joins what is under way, and waits for its end. */
export async function recoverKeys(
  connection: Connection,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const job = await connection.api.recoverKeys();
  const ended = await untilEnded(connection, output, { job, signal });
  output.result(ended, jobLines(ended).join('\n'));
  checkDone(ended);
}

/** `mdm key refresh`: the same. What was begun before goes on. */
export async function refreshKeys(
  connection: Connection,
  output: Output,
  { reason, signal }: { readonly reason: string; readonly signal: AbortSignal },
): Promise<void> {
  let job = await connection.api.refreshKeys(reason);
  if (job.kind !== 'refresh') {
    await untilEnded(connection, output, { job, signal });
    job = await connection.api.refreshKeys(reason);
  }
  const ended = await untilEnded(connection, output, { job, signal });
  output.result(ended, jobLines(ended).join('\n'));
  checkDone(ended);
  output.note('Old shares are good for nothing now; key servers erase them within a minute.');
}

/** What is left is not lost: the same command goes on with it. */
function checkDone({ code, lost, missing, silent }: UpkeepJobAnswer): void {
  const isDone = code === undefined && lost === 0 && missing.length === 0 && silent.length === 0;
  if (!isDone) throw new Ended('not all shares are as they should be', exitCode.tryAgain);
}

async function untilEnded(
  { api, clock }: Connection,
  output: Output,
  { job, signal }: { readonly job: UpkeepJobAnswer; readonly signal: AbortSignal },
): Promise<UpkeepJobAnswer> {
  let now = job;
  while (now.endedMs === undefined) {
    await sleep(clock, pollMs, { signal });
    now = (await api.keyStatus()).job ?? now;
    const { keys, recovered, renewed } = now;
    output.note(`${keys} keys looked at, ${recovered} shares made, ${renewed} keys refreshed`);
  }
  return now;
}
