import type {
  CollectionStatusAnswer,
  FullStatusAnswer,
  KeyServerAnswer,
  LeftOutAnswer,
  RecallAnswer,
  StatusAnswer,
} from '../../client/api/answers.ts';
import type { Connection } from '../connection.ts';
import { formatInstant } from '../format.ts';
import type { Output } from '../output.ts';
import { spaceLines } from '../space-lines.ts';
import { lockLine } from './lock.ts';

/** `mdm status`: how the installation is. */
export async function status(connection: Connection, output: Output): Promise<void> {
  const answer = await connection.api.status();
  output.result(answer, lines(answer).join('\n'));
}

function lines(answer: StatusAnswer | FullStatusAnswer): readonly string[] {
  return [
    `site ${answer.site}: ${answer.state}`,
    ...('amiss' in answer ? installationLines(answer) : []),
    ...answer.recalls.map(recallLine),
  ];
}

function recallLine({ path, state, failure, files }: RecallAnswer): string {
  const why = failure === undefined ? '' : `: ${failure}`;
  return `recall of ${files} files of ${path ?? 'a series that is not served now'}: ${state}${why}`;
}

function installationLines(answer: FullStatusAnswer): readonly string[] {
  const { storage } = answer;
  return [
    ...answer.amiss.map((text) => `degraded: ${text}`),
    `roles: ${answer.roles.join(' and ')}`,
    ...spaceLines(storage),
    ...answer.pacs.flatMap((pacs) => [
      `PACS ${pacs.name}: circuit ${pacs.circuit}, ${pacs.associationsOpen} of ${pacs.associationsMax} associations, ${pacs.waiting} waiting` +
        (pacs.lastCrawlFailure === undefined
          ? ''
          : `, last crawl failed: ${pacs.lastCrawlFailure}`),
      ...walkLines(pacs.lastWalk),
    ]),
    ...answer.keyServers.map((server) => keyServerLine(server)),
    ...answer.collections.flatMap(collectionLines),
    ...answer.locks.map(lockLine),
    ...answer.notes.map((note) => `note: ${note}`),
  ];
}

function collectionLines(of: CollectionStatusAnswer): readonly string[] {
  const { collection, studies, studiesLeaving, isWaiting, failures } = of;
  return [
    `collection ${collection}: ${studies} studies`,
    ...(isWaiting
      ? [
          `  ${studiesLeaving} of them do not belong to it any more; nothing is hidden before \`mdm collection apply ${collection}\``,
        ]
      : []),
    ...failures.map(({ code, series }) => `  ${series} series not shown: ${code}`),
  ];
}

function walkLines(walk: FullStatusAnswer['pacs'][number]['lastWalk']): readonly string[] {
  if (walk === undefined) return [];
  const judged = walk.complete ? 'complete' : 'not complete';
  return [
    `  last walk ${formatInstant(walk.endedMs)}: ${walk.seriesFound} series, ${judged}`,
    ...walk.leftOut.map((row) => `    ${leftOutLine(row)}`),
  ];
}

/** Reasons as people read them. */
const reasons: Readonly<Record<string, string>> = {
  'uid-invalid': 'left out: no valid UID',
  'not-asked-for': 'left out: of another study or series than was asked for',
  'query-failed': 'left out: the archive failed the query',
  'too-many-answers': 'left out: more answers than the limit',
  'nothing-listed': 'left out: the archive lists nothing',
  'list-short': 'cut short: the archive counts more than it lists',
  'list-doubtful': 'may be cut short: no count confirms the list',
  'record-invalid': 'left out: the answers cannot be entered',
  'not-announced': 'known, and not announced or held back',
};

function leftOutLine({ reason, level, status, count }: LeftOutAnswer): string {
  const said = reasons[reason] ?? reason;
  return `${count} × ${level} ${said}${status === undefined ? '' : ` (${status})`}`;
}

/** A key server as one line, with what else is to be said of it. */
export function keyServerLine(server: KeyServerAnswer, more: readonly string[] = []): string {
  const { name, state, clockOffsetMs, leaseRemainingMs, feedPosition, acceptsShared } = server;
  const parts = [
    state,
    ...(clockOffsetMs === undefined ? [] : [`clock ${formatOffset(clockOffsetMs)}`]),
    ...(leaseRemainingMs === undefined ? [] : [`lease ${Math.round(leaseRemainingMs / 1000)} s`]),
    ...(feedPosition === undefined ? [] : [`policies up to ${feedPosition}`]),
    ...(acceptsShared === true ? ['takes tokens that other parties accept too'] : []),
    ...more,
  ];
  return `key server ${name}: ${parts.join(', ')}`;
}

function formatOffset(offsetMs: number): string {
  const seconds = Math.round(offsetMs / 100) / 10;
  return `${seconds >= 0 ? '+' : ''}${seconds} s`;
}
