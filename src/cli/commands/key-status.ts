import type { KeyServerCareAnswer, KeyStatusAnswer } from '../../client/api/answers.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';
import { keyServerLine } from './status.ts';

/** `mdm key status`: how the keys are kept. */
export async function keyStatus(connection: Connection, output: Output): Promise<void> {
  const answer = await connection.api.keyStatus();
  output.result(answer, linesOf(answer).join('\n'));
}

function linesOf({ threshold, feedPosition, servers, notes }: KeyStatusAnswer): readonly string[] {
  return [
    `${threshold} of ${servers.length} shares open a key; policies up to ${feedPosition}`,
    ...servers.map((server) => keyServerLine(server, conductOf(server))),
    ...notes.map((note) => `note: ${note}`),
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
