import type {
  KeyServerCareAnswer,
  KeyStatusAnswer,
  UpkeepJobAnswer,
} from '../../client/api/answers.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';
import { keyServerLine } from './status.ts';

/** `mdm key status`: how the keys are kept. */
export async function keyStatus(connection: Connection, output: Output): Promise<void> {
  const answer = await connection.api.keyStatus();
  output.result(answer, linesOf(answer).join('\n'));
}

function linesOf(answer: KeyStatusAnswer): readonly string[] {
  const { threshold, feedPosition, servers, notes, job } = answer;
  return [
    `${threshold} of ${servers.length} shares open a key; policies up to ${feedPosition}`,
    ...refreshLines(answer),
    ...servers.map((server) => keyServerLine(server, conductOf(server))),
    ...(job === undefined ? [] : jobLines(job)),
    ...notes.map((note) => `note: ${note}`),
  ];
}

/** What was done with the shares of all keys, and what is left to do. */
export function jobLines(job: UpkeepJobAnswer): readonly string[] {
  const { startedMs, endedMs, code, missing, failed, silent, lost } = job;
  const state = endedMs === undefined ? 'under way' : `ended ${formatInstant(endedMs)}`;
  return [
    `${job.kind} of shares: begun ${formatInstant(startedMs)}, ${state}${code === undefined ? '' : ` (${code})`}`,
    `  ${job.keys} keys looked at, ${job.recovered} shares made, ${job.renewed} keys refreshed`,
    ...missing.map(({ server, shares }) => `  ${server} lacks ${shares} shares`),
    ...failed.map((failure) => `  ${failure.shares} shares not made: ${failure.code}`),
    ...silent.map((server) => `  ${server.server} was not asked: ${server.code}`),
    ...(lost === 0 ? [] : [`  ${lost} keys are lost: too few key servers have a share`]),
  ];
}

function refreshLines({ refreshedSince, refreshBegun }: KeyStatusAnswer): readonly string[] {
  return [
    ...(refreshedSince === 0 ? [] : [`no share is older than entry ${refreshedSince}`]),
    ...(refreshBegun === undefined
      ? []
      : [`a refresh that was begun at entry ${refreshBegun} is not done: \`mdm key refresh\``]),
  ];
}

function conductOf({ blamed, refused }: KeyServerCareAnswer): readonly string[] {
  const last = ({ lastMs }: { readonly lastMs: number }) => `last ${formatInstant(lastMs)}`;
  return [
    ...(refused === undefined
      ? []
      : [`refused ${refused.count} times (${refused.code}), ${last(refused)}`]),
    ...(blamed === undefined ? [] : [`gave ${blamed.count} wrong answers, ${last(blamed)}`]),
  ];
}
