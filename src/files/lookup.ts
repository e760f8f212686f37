import type { Right } from '../authz/policy.ts';
import type { Catalog, DirectoryNode, FileNode } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../lib/clock.ts';
import { filesErrors } from './errors.ts';
import { parseTreePath, type TreePath } from './path.ts';
import { createVisibility, type Visibility } from './visibility.ts';

/** A path that exists for its caller. */
export interface Found<Node extends DirectoryNode | FileNode> {
  readonly tree: TreePath;
  readonly node: Node;
  readonly visibility: Visibility;
  /** Which rule of the policy allowed it; goes into the audit record. */
  readonly rule: string;
}

/**
 * Resolve a path for a caller who needs a right on it. What the caller may not know of and what
 * does not exist give the same answer.
 * @throws FILES_NOT_FOUND, FILES_FORBIDDEN, FILES_PATH_INVALID
 */
export async function lookup(
  context: { readonly catalog: Catalog; readonly clock: Clock },
  caller: Principal,
  wanted: { readonly path: string; readonly right: Right },
): Promise<Found<DirectoryNode | FileNode>> {
  const tree = parseTreePath(wanted.path);
  const visibility = createVisibility({
    caller,
    policies: context.catalog.policies,
    nowMs: context.clock.nowMs(),
  });
  const node = await context.catalog.names.resolve(tree.catalogPath);
  if (node === undefined || !isForm(node, tree)) throw filesErrors.create('FILES_NOT_FOUND');
  const decision = await visibility.decide(node, wanted.right);
  if (!decision.mayKnowExists) throw filesErrors.create('FILES_NOT_FOUND');
  if (!decision.allowed) throw filesErrors.create('FILES_FORBIDDEN');
  return { tree, node, visibility, rule: decision.rule };
}

/** A directory has no sealed form; a file of a sealed collection has no other. */
function isForm(node: DirectoryNode | FileNode, tree: TreePath): boolean {
  if (node.kind === 'directory') return tree.form === 'plain';
  return tree.form === 'sealed' || node.delivery === 'open';
}
