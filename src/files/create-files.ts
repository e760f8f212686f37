import type { Catalog, DirectoryNode, FileNode } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { DisclosureAudit } from './disclosure-audit.ts';
import { filesErrors } from './errors.ts';
import type { FilePage, FileStat, Files, FilesCall, OpenFile, RangeRequest } from './files.ts';
import { filesLimits } from './limits.ts';
import { type Found, lookup } from './lookup.ts';
import { type OpenContext, type OpenedReplica, openReplica } from './open-file.ts';
import { childPath } from './path.ts';
import { type Span, spanOf } from './range.ts';
import type { ReplicaKeys } from './replica-keys.ts';
import { plaintextBody, sealedBody } from './replica-reader.ts';
import { createStages, type StageContext } from './stage-files.ts';
import { nameOfForm, statOfDirectory, statOfFile } from './stat.ts';

/** What the file port works with. */
export interface FilesPorts extends OpenContext, StageContext {
  readonly catalog: Catalog;
  readonly keys: ReplicaKeys;
  readonly audit: DisclosureAudit;
}

/** Compose the one port behind all doors. */
export function createFiles(ports: FilesPorts): Files {
  const stages = createStages(ports);
  return {
    async stat(caller, path) {
      const found = await lookup(ports, caller, { path, right: 'list' });
      return describe(found);
    },
    list: (caller, path, page) => list(ports, caller, { path, ...page }),
    open: (caller, path, request) => open(ports, caller, { path, ...request }),
    stage: (caller, paths, options) => stages.stage(caller, paths, options),
    staged: (caller, token) => stages.staged(caller, token),
    release: (caller, token, paths) => stages.release(caller, token, paths),
  };
}

/** An entry whose existence its caller may know, with as much as the caller may know of it. */
async function describe(found: Found<DirectoryNode | FileNode>): Promise<FileStat> {
  const { node, tree, visibility } = found;
  if (node.kind === 'directory') return statOfDirectory(node, tree.path);
  const mayRead = (await visibility.decide(node, 'read')).allowed;
  return statOfFile(node, { path: tree.path, form: tree.form, mayRead });
}

async function list(
  ports: FilesPorts,
  caller: Principal,
  page: { readonly path: string; readonly cursor: string | undefined; readonly limit: number },
): Promise<FilePage> {
  const found = await lookup(ports, caller, { path: page.path, right: 'list' });
  const { node, tree, visibility } = found;
  if (node.kind === 'file') throw filesErrors.create('FILES_NOT_A_DIRECTORY');
  const limit = Math.min(Math.max(1, page.limit), filesLimits.pageEntriesMax);
  const entries: FileStat[] = [];
  let after = page.cursor;
  for (;;) {
    const batch = await ports.catalog.names.list(node.id, { after, limit });
    for (const child of batch) {
      after = child.name;
      const { mayKnowExists } = await visibility.decide(child, 'list');
      if (!mayKnowExists) continue;
      entries.push(await describe(asChild({ child, tree, visibility, rule: found.rule })));
      if (entries.length === limit) return { entries, next: after };
    }
    if (batch.length < limit) return { entries, next: undefined };
  }
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

async function open(
  ports: FilesPorts,
  caller: Principal,
  request: {
    readonly path: string;
    readonly range: RangeRequest | undefined;
    readonly ifRange: string | undefined;
  } & FilesCall,
): Promise<OpenFile> {
  const { signal } = request;
  const call = signal === undefined ? {} : { signal };
  const found = await lookup(ports, caller, { path: request.path, right: 'read' });
  const { node, tree } = found;
  if (node.kind === 'directory') throw filesErrors.create('FILES_IS_A_DIRECTORY');
  const opened = await openReplica(ports, node, call);
  // A caller that leaves before it reads anything runs no `finally` of the body.
  signal?.addEventListener('abort', () => opened.release(), { once: true });
  try {
    const { form, path } = tree;
    const size = form === 'sealed' ? opened.sealedSize : opened.plaintextSize;
    const stat = { ...statOfFile(opened.file, { path, form, mayRead: true }), size };
    const range = wantedRange(request, stat);
    const span = range ?? { offset: 0, length: size };
    await ports.audit.disclosing({ caller, path, rule: found.rule, bytes: span.length });
    const body =
      form === 'sealed'
        ? sealedBody(opened.source, span, call)
        : await plaintextBody(opened.source, span, { keys: ports.keys, ...call });
    const key = form === 'sealed' ? opened.source.key : undefined;
    return { stat, range, length: span.length, key, body: releasing(body, opened) };
  } catch (error) {
    opened.release();
    throw error;
  }
}

/** The range to serve; a range that was made for another content is no range. */
function wantedRange(
  request: { readonly range: RangeRequest | undefined; readonly ifRange: string | undefined },
  stat: FileStat,
): Span | undefined {
  const { range, ifRange } = request;
  if (range === undefined) return undefined;
  if (ifRange !== undefined && ifRange !== stat.etag) return undefined;
  return spanOf(range, stat.size ?? 0);
}

/** Release the replica when its reader is done, has left or has failed. */
async function* releasing(
  body: AsyncIterable<Uint8Array>,
  opened: OpenedReplica,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    opened.release();
  }
}
