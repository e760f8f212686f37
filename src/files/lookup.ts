import type { Right } from '../authz/policy.ts';
import type { Catalog, DirectoryNode, FileNode } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';
import { recallErrors } from '../recall/errors.ts';
import { filesErrors } from './errors.ts';
import { parseTreePath, type TreePath } from './path.ts';
import type { Standing } from './standing.ts';
import { createVisibility, type Visibility } from './visibility.ts';

/** A path that exists for its caller. */
export interface Found<Node extends DirectoryNode | FileNode> {
  readonly tree: TreePath;
  readonly node: Node;
  readonly visibility: Visibility;
  /** Which rule of the policy allowed it; goes into the audit record. */
  readonly rule: string;
}

/** What looking up works with. */
export interface LookupContext {
  readonly catalog: Catalog;
  readonly standing: Standing;
  readonly clock: Clock;
}

/**
 * Resolve a path for a caller who needs one of some rights on it. What the caller may not know of
 * and what does not exist give the same answer, after the same look-ups: of policies alone.
 * @throws FILES_NOT_FOUND, FILES_LOCKED, FILES_FORBIDDEN, FILES_PATH_INVALID
 */
export async function lookup(
  context: LookupContext,
  caller: Principal,
  wanted: { readonly path: string; readonly rights: readonly Right[] },
): Promise<Found<DirectoryNode | FileNode>> {
  const { tree, node, visibility } = await find(context, caller, wanted.path);
  for (const right of wanted.rights) {
    const { allowed, rule } = visibility.decide(tree.catalogPath, right);
    if (allowed) return { tree, node, visibility, rule };
  }
  throw filesErrors.create('FILES_FORBIDDEN');
}

/**
 * Resolve the path of a file whose bytes, or what they prove, are wanted.
 * @throws as `lookup`, RECALL_QUARANTINED, and FILES_IS_A_DIRECTORY of any directory that the caller sees
 */
export async function lookupFile(
  context: LookupContext,
  caller: Principal,
  path: string,
): Promise<Found<FileNode>> {
  const { tree, node, visibility } = await find(context, caller, path);
  if (node.kind === 'directory') throw filesErrors.create('FILES_IS_A_DIRECTORY');
  const { allowed, rule } = visibility.decide(tree.catalogPath, 'read');
  if (!allowed) throw filesErrors.create('FILES_FORBIDDEN');
  if (visibility.closed(tree.catalogPath) === 'conflict')
    throw recallErrors.create('RECALL_QUARANTINED');
  return { tree, node, visibility, rule };
}

/** What exists for the caller. */
async function find(
  context: LookupContext,
  caller: Principal,
  path: string,
): Promise<Omit<Found<DirectoryNode | FileNode>, 'rule'>> {
  const tree = parseTreePath(path);
  const feed = await context.standing.now();
  const visibility = createVisibility({ caller, feed, nowMs: context.clock.nowMs() });
  // Decided before anything is looked for: what is absent and what may not be known take one time.
  if (!visibility.mayKnow(tree.catalogPath)) throw filesErrors.create('FILES_NOT_FOUND');
  const node = await context.catalog.names.resolve(tree.catalogPath);
  if (node === undefined || !isForm(node, tree)) throw await absence(context, tree);
  const closed = visibility.closed(tree.catalogPath);
  if (closed === 'hidden') throw filesErrors.create('FILES_NOT_FOUND');
  if (closed === 'locked') throw filesErrors.create('FILES_LOCKED');
  return { tree, node, visibility };
}

/** To those who may know what is there: that it is locked is no secret, and who to ask is help. */
async function absence({ catalog }: LookupContext, { catalogPath }: TreePath): Promise<MdmError> {
  const isLocked = await catalog.locks.covers(catalogPath);
  return filesErrors.create(isLocked ? 'FILES_LOCKED' : 'FILES_NOT_FOUND');
}

/** A directory has no sealed form; a file of a sealed collection has no other. */
function isForm(node: DirectoryNode | FileNode, tree: TreePath): boolean {
  if (node.kind === 'directory') return tree.form === 'plain';
  return tree.form === 'sealed' || node.delivery === 'open';
}
