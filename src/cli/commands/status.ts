import type { StatusAnswer } from '../../client/api/answers.ts';
import type { Connection } from '../connection.ts';
import { formatBytes } from '../format.ts';
import type { Output } from '../output.ts';

/** `mdm status`: how the installation is. */
export async function status(connection: Connection, output: Output): Promise<void> {
  const answer = await connection.api.status();
  output.result(answer, lines(answer).join('\n'));
}

function lines(answer: StatusAnswer): readonly string[] {
  const { storage } = answer;
  return [
    `site ${answer.site} (${answer.roles.join(' and ')})`,
    `cache ${formatBytes(storage.usedBytes)} of ${formatBytes(storage.limitBytes)}`,
    ...answer.pacs.map(
      (pacs) =>
        `PACS ${pacs.name}: circuit ${pacs.circuit}, ${pacs.associationsOpen} of ${pacs.associationsMax} associations, ${pacs.waiting} waiting` +
        (pacs.lastCrawlFailure === undefined
          ? ''
          : `, last crawl failed: ${pacs.lastCrawlFailure}`),
    ),
    ...answer.keyServers.map((server) => `key server ${server.name}: ${server.state}`),
    ...answer.notes.map((note) => `note: ${note}`),
  ];
}
