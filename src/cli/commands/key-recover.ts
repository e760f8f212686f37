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
  const started = await connection.api.recoverKeys();
  const ended = await untilEnded(connection, output, { job: started, signal });
  output.result(ended, jobLines(ended).join('\n'));
  if (!isDone(ended)) throw new Ended('not all shares are where they belong', exitCode.tryAgain);
}

/** What is left is not lost: the same command goes on with it. */
function isDone({ code, lost, missing, silent }: UpkeepJobAnswer): boolean {
  return code === undefined && lost === 0 && missing.length === 0 && silent.length === 0;
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
    output.note(`${now.keys} keys looked at, ${now.recovered} shares made`);
  }
  return now;
}
