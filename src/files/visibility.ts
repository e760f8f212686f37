import { evaluate } from '../authz/index.ts';
import type { Decision, Policy, Right } from '../authz/policy.ts';
import type { Principal } from '../identity/principal.ts';
import { conflictReason, type FeedState, lineOfPath, type Place } from '../keys/index.ts';
import { anyPolicy, policyAt } from '../policy/policy-at.ts';

/**
 * Decides for one caller during one call, by the signed feed and the path that was asked for: what a
 * row of the catalog says makes no difference.
 */
export interface Visibility {
  /** What the caller may do with what is at a path, if anything is. */
  decide(path: string, right: Right): Decision;
  /** Whether the caller may know what is at a path; takes as long whether or not anything is. */
  mayKnow(path: string): boolean;
  /** What keeps what is at a path from everybody; undefined where nothing does. */
  closed(path: string): Closed | undefined;
  /** Paths of the collections in which the caller has a right. */
  collections(right: Right): readonly string[];
}

/** Why nobody is served. What is in conflict is listed all the same. */
export type Closed = 'hidden' | 'locked' | 'conflict';

/**
 * Above the collections there is no policy: everyone who proved who they are may pass through, and
 * sees there only what is visible to them.
 */
const passThrough: Decision = {
  allowed: true,
  rule: 'no policy above collections',
  mayKnowExists: true,
};
const noPassThrough: Decision = { allowed: false, rule: 'no policy', mayKnowExists: true };

/** A policy that is missing allows nothing, and hides. */
const noPolicy: Decision = { allowed: false, rule: 'policy absent', mayKnowExists: false };
const banned: Decision = { allowed: false, rule: 'banned', mayKnowExists: false };

/** Make the decisions of one call. */
export function createVisibility(options: {
  readonly caller: Principal;
  readonly feed: FeedState;
  readonly nowMs: number;
}): Visibility {
  const { caller, feed, nowMs } = options;
  const isBanned = feed.isBanned(caller);
  const decideUnder = (policy: Policy, right: Right): Decision =>
    isBanned ? banned : evaluate({ principal: caller, right, policy, nowMs });
  const decide = (path: string, right: Right): Decision => {
    if (isAboveCollections(path)) return right === 'list' ? passThrough : noPassThrough;
    const found = policyAt(feed, path);
    const decision = decideUnder(found?.policy ?? anyPolicy(feed), right);
    return found === undefined ? noPolicy : decision;
  };
  return {
    decide,
    mayKnow: (path) => decide(path, 'list').mayKnowExists,
    closed: (path) => closedAt(feed, path),
    collections: (right) =>
      [...feed.policies].map(({ id }) => `/${id}`).filter((path) => decide(path, right).allowed),
  };
}

/** The root and the sites. */
export function isAboveCollections(path: string): boolean {
  return path.indexOf('/', 1) === -1;
}

/** The strictest reason. */
function closedAt(feed: FeedState, path: string): Closed | undefined {
  const place = placeOf(path);
  if (place === undefined) return undefined;
  const marks = feed.places.over(place);
  const hidden = marks.get('hidden') ?? [];
  if (marks.has('destroyed') || hidden.some((reason) => reason !== conflictReason)) return 'hidden';
  if (marks.has('locked')) return 'locked';
  return hidden.length > 0 ? 'conflict' : undefined;
}

/** Where a path lies in its collection; undefined above them. */
function placeOf(path: string): Place | undefined {
  const line = lineOfPath(path);
  if (line !== undefined) return line;
  const [, , collection, subject, study, series] = path.split('/');
  if (collection === undefined) return undefined;
  return {
    collection,
    ...(subject === undefined ? {} : { subject }),
    ...(study === undefined ? {} : { study }),
    ...(series === undefined ? {} : { series }),
  };
}
