import { setImmediate } from 'node:timers/promises';
import type { DirectoryNode, FileNode } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import { filesErrors } from './errors.ts';
import type { FilePage, FileStat, Files } from './files.ts';
import { filesLimits } from './limits.ts';
import { type Found, lookup } from './lookup.ts';
import { childPath } from './path.ts';
import { createScrub } from './scrub.ts';
import { type ServeContext, serveFile } from './serve-file.ts';
import { createStages, type StageContext } from './stage-files.ts';
import { nameOfForm, statOfDirectory, statOfFile } from './stat.ts';
import type { Visibility } from './visibility.ts';

/** What the file port works with. */
export type FilesPorts = Omit<ServeContext, 'scrub'> & StageContext;

/** Compose the one port behind all doors. */
export function createFiles(ports: FilesPorts): Files {
  const stages = createStages(ports);
  const context = { ...ports, scrub: createScrub(ports) };
  return {
    async stat(caller, path) {
      // Who may read but not list is not kept from asking for the size first.
      return describe(ports, await lookup(ports, caller, { path, rights: ['list', 'read'] }));
    },
    list: (caller, path, page) => list(ports, caller, { path, ...page }),
    open: (caller, path, request) => serveFile(context, caller, { path, ...request }),
    stage: (caller, paths, options) => stages.stage(caller, paths, options),
    staged: (caller, token) => stages.staged(caller, token),
    release: (caller, token, paths) => stages.release(caller, token, paths),
  };
}

/** An entry whose existence its caller may know, with as much as the caller may know of it. */
function describe({ recall }: FilesPorts, found: Found<DirectoryNode | FileNode>): FileStat {
  const { node, tree, visibility } = found;
  if (node.kind === 'directory') return statOfDirectory(node, tree.path);
  const mayRead = visibility.decide(tree.catalogPath, 'read').allowed;
  return statOfFile(node, { ...tree, mayRead, growing: recall.growing(node.id) });
}

async function list(
  ports: FilesPorts,
  caller: Principal,
  page: { readonly path: string; readonly cursor: string | undefined; readonly limit: number },
): Promise<FilePage> {
  const found = await lookup(ports, caller, { path: page.path, rights: ['list'] });
  const { node, tree, visibility } = found;
  if (node.kind === 'file') throw filesErrors.create('FILES_NOT_A_DIRECTORY');
  const limit = Math.min(Math.max(1, page.limit), filesLimits.pageEntriesMax);
  // Not smaller than this, or a page of one among many that its caller does not see takes long.
  const batchSize = Math.max(limit, filesLimits.listBatchEntries);
  const entries: FileStat[] = [];
  let after = page.cursor;
  for (;;) {
    // Whoever lists many asks for page after page without a pause: others have their turn.
    await setImmediate();
    const batch = await ports.catalog.names.list(node.id, { after, limit: batchSize });
    for (const child of batch) {
      after = child.name;
      if (!isSeen(visibility, childPath(tree.path, child.name))) continue;
      entries.push(describe(ports, asChild({ child, tree, visibility, rule: found.rule })));
      if (entries.length === limit) return { entries, next: after };
    }
    if (batch.length < batchSize) return { entries, next: undefined };
  }
}

/** Whether an entry is listed for the caller. */
function isSeen(visibility: Visibility, path: string): boolean {
  const closed = visibility.closed(path);
  return (closed === undefined || closed === 'conflict') && visibility.mayKnow(path);
}

/** A child in the form in which its collection is delivered. */
function asChild(options: {
  readonly child: DirectoryNode | FileNode;
  readonly tree: Found<DirectoryNode>['tree'];
  readonly visibility: Found<DirectoryNode>['visibility'];
  readonly rule: string;
}): Found<DirectoryNode | FileNode> {
  const { child, tree, visibility, rule } = options;
  const catalogPath = childPath(tree.path, child.name);
  if (child.kind === 'directory') {
    return {
      node: child,
      visibility,
      rule,
      tree: { path: catalogPath, catalogPath, form: 'plain' },
    };
  }
  const form = child.delivery === 'sealed' ? 'sealed' : 'plain';
  const path = childPath(tree.path, nameOfForm(child, form));
  return { node: child, visibility, rule, tree: { path, catalogPath, form } };
}
