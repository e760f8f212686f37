import { evaluate } from '../authz/index.ts';
import type { Decision, Policy, Right } from '../authz/policy.ts';
import type { CatalogPolicies, DirectoryNode, FileNode } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';

/** Decides for one caller during one call; a policy is read once. */
export interface Visibility {
  /** What the caller may do with a node. */
  decide(node: DirectoryNode | FileNode, right: Right): Promise<Decision>;
  /** What the caller may do with nodes of a policy. */
  decideUnder(policyId: string, right: Right): Promise<Decision>;
  /** Whether the caller may know what is at a path; takes as long whether or not anything is. */
  mayKnow(path: string): Promise<boolean>;
}

/**
 * Nodes above the collections carry no policy: everyone who proved who they are may pass through
 * them, and sees in them only what is visible to them.
 */
const passThrough: Decision = {
  allowed: true,
  rule: 'no policy above collections',
  mayKnowExists: true,
};
const noPassThrough: Decision = { allowed: false, rule: 'no policy', mayKnowExists: true };

/** A policy that is missing allows nothing, and hides. */
const noPolicy: Decision = { allowed: false, rule: 'policy absent', mayKnowExists: false };

/** Make the decisions of one call. */
export function createVisibility(options: {
  readonly caller: Principal;
  readonly policies: CatalogPolicies;
  readonly nowMs: number;
}): Visibility {
  const read = new Map<string, Promise<Policy | undefined>>();
  const policyOf = (id: string): Promise<Policy | undefined> => {
    const known = read.get(id) ?? options.policies.get(id);
    read.set(id, known);
    return known;
  };
  const decideUnder = async (policyId: string, right: Right): Promise<Decision> => {
    const policy = await policyOf(policyId);
    if (policy === undefined) return noPolicy;
    return evaluate({ principal: options.caller, right, policy, nowMs: options.nowMs });
  };
  return {
    decideUnder,
    async mayKnow(path) {
      const found = await options.policies.governing(path);
      if (found === undefined) return isAboveCollections(path);
      const { policy, governs } = found;
      const { caller: principal, nowMs } = options;
      const { mayKnowExists } = evaluate({ principal, right: 'list', policy, nowMs });
      return isAboveCollections(path) || (governs && mayKnowExists);
    },
    async decide(node, right) {
      if (node.policyId !== undefined) return decideUnder(node.policyId, right);
      if (node.kind === 'file') return noPolicy;
      return right === 'list' ? passThrough : noPassThrough;
    },
  };
}

/** The root and the sites. */
function isAboveCollections(path: string): boolean {
  return path.indexOf('/', 1) === -1;
}
