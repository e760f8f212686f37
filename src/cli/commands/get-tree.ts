import { resolve } from 'node:path';
import { fetchTree } from '../../client/tree/fetch-tree.ts';
import { HeldFolder } from '../../client/tree/held-folder.ts';
import { findSources, type Source } from '../../client/tree/walk.ts';
import type { Connection } from '../connection.ts';
import { GetTally } from '../get-tally.ts';
import type { Output } from '../output.ts';
import { pathsOf } from '../path-list.ts';
import { createProgressBar, silentBar } from '../progress-bar.ts';
import type { GetPlan } from './get.ts';

/** `mdm get` of several files: a tree, several at a time, and what became of them at the end. */
export async function getTree(
  connection: Connection,
  output: Output,
  plan: GetPlan,
): Promise<void> {
  const { keepSealed, force, parallel, signal } = plan;
  await using root = await HeldFolder.open(resolve(plan.target), { make: true });
  const isSilent = plan.quiet || output.json;
  const nowMs = (): number => connection.clock.monotonicMs();
  const bar = isSilent ? silentBar : createProgressBar({ stream: process.stderr, nowMs });
  const tally = new GetTally(output, bar);
  let isWhole = false;
  try {
    if (!keepSealed) await connection.holdTickets(signal);
    await fetchTree(connection, {
      sources: sourcesOf(connection, plan),
      root,
      keepSealed,
      force,
      parallel,
      signal,
      onOutcome: (outcome) => tally.add(outcome),
      onProgress: ({ doneFiles, knownFiles, isListed, receivedBytes }) =>
        bar.update(`${doneFiles} of ${knownFiles}${isListed ? '' : '+'} files`, {
          bytes: receivedBytes,
          done: doneFiles,
          total: isListed ? knownFiles : undefined,
        }),
    });
    isWhole = true;
  } finally {
    bar.end();
    tally.sum({ target: root.shown, isWhole });
  }
  tally.throwIfFailed();
}

async function* sourcesOf(connection: Connection, plan: GetPlan): AsyncGenerator<Source> {
  const { fromFind, where, recursive, signal } = plan;
  const places = fromFind && plan.sources.length === 0 ? ['/'] : plan.sources;
  for (const path of places) {
    if (path === '-') yield* listed();
    else if (fromFind) yield* findSources({ api: connection.api, signal }, { under: path, where });
    else yield { path, recursive };
  }
}

/** What a list names is fetched whole: `mdm find` lists series. */
async function* listed(): AsyncGenerator<Source> {
  for await (const path of pathsOf(process.stdin)) yield { path, recursive: true };
}
