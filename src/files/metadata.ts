import type { Catalog, MetadataCondition, SeriesMetadata } from '../catalog/catalog.ts';
import type { Principal } from '../identity/principal.ts';
import type { Clock } from '../lib/clock.ts';
import type { SegmentProof } from '../seal/index.ts';
import { checkKeywords } from './check-keywords.ts';
import type { DisclosureAudit } from './disclosure-audit.ts';
import { filesErrors } from './errors.ts';
import { filesLimits } from './limits.ts';
import { lookupFile } from './lookup.ts';
import { parseTreePath } from './path.ts';
import { segmentProver } from './segment-prover.ts';
import type { Standing } from './standing.ts';
import { createVisibility, type Visibility } from './visibility.ts';

/** What proves a file, or a part of it. */
export interface FileReceipts {
  /** Receipt of the version statement. */
  readonly version: string;
  /** Receipt of the production statement of the staged replica; undefined when none is staged. */
  readonly production: string | undefined;
  /** Digests of the segments that were asked for, and what proves them. */
  readonly segments: SegmentProof | undefined;
}

/** Segments of 64 KiB of a plaintext, from index `first` to before `end`. */
export interface SegmentRange {
  readonly first: number;
  readonly end: number;
}

/** A series that satisfies a query. */
export interface FoundSeriesEntry {
  readonly path: string;
  readonly metadata: SeriesMetadata;
}

/** A page of a query's answers. */
export interface FoundPage {
  readonly entries: readonly FoundSeriesEntry[];
  readonly next: string | undefined;
}

/** Beside the bytes: proofs and metadata, under the same policy. */
export interface FileMetadata {
  /**
   * Needs the read right. `segments`: those whose digests are wanted; answers no more than there are,
   * and no more than 1024.
   * @throws FILES_NOT_FOUND, FILES_FORBIDDEN, FILES_NOT_PRODUCED, FILES_RANGE_NOT_SATISFIABLE
   */
  receipts(caller: Principal, path: string, segments?: SegmentRange): Promise<FileReceipts>;
  /**
   * Series below `under` whose metadata the caller may read and that satisfy all conditions.
   * @throws FILES_LOCKED, FILES_KEYWORD_INVALID, FILES_PATH_INVALID, FILES_NOT_FOUND
   */
  find(
    caller: Principal,
    query: {
      readonly under: string;
      readonly conditions: readonly MetadataCondition[];
      readonly after: string | undefined;
      readonly limit: number;
    },
  ): Promise<FoundPage>;
}

/** Compose it. */
export function createFileMetadata(ports: {
  readonly catalog: Catalog;
  readonly standing: Standing;
  readonly clock: Clock;
  readonly audit: DisclosureAudit;
  /** All keywords that a series can have. */
  readonly keywords: readonly string[];
}): FileMetadata {
  const prove = segmentProver();
  return {
    async receipts(caller, path, wanted) {
      const { node, tree, rule } = await lookupFile(ports, caller, path);
      if (node.version === undefined) throw filesErrors.create('FILES_NOT_PRODUCED');
      const segments = wanted === undefined ? undefined : await prove(node.version, wanted);
      const what = { action: 'read', path: tree.path, rule, detail: 'receipts' } as const;
      await ports.audit.disclosing({ caller, ...what });
      return {
        version: node.version.receipt,
        production: node.replica?.production,
        segments,
      };
    },
    async find(caller, query) {
      checkKeywords(query.conditions, ports.keywords);
      const { path } = parseTreePath(query.under);
      const limit = Math.min(Math.max(1, query.limit), filesLimits.pageEntriesMax);
      const feed = await ports.standing.now();
      const visibility = createVisibility({ caller, feed, nowMs: ports.clock.nowMs() });
      await checkUnder(ports.catalog, visibility, path);
      const within = visibility.collections('read-metadata');
      const found = await ports.catalog.query.find({ ...query, under: path, within, limit });
      const entries = found.filter((one) => isServed(visibility, one.path));
      const keywords = [...new Set(query.conditions.map(({ keyword }) => keyword))].join(' ');
      const detail = `${entries.length} series by: ${keywords}`;
      await ports.audit.disclosing({ caller, action: 'find', path, detail });
      return { entries, next: found.length === limit ? found.at(-1)?.path : undefined };
    },
  };
}

/** What is in conflict is found, as it is listed. */
function isServed(visibility: Visibility, path: string): boolean {
  const closed = visibility.closed(path);
  return closed === undefined || closed === 'conflict';
}

/**
 * "0 series" below a path that is misspelt would read as if there were none.
 * @throws FILES_NOT_FOUND, FILES_LOCKED
 */
async function checkUnder(catalog: Catalog, visibility: Visibility, path: string): Promise<void> {
  const closed = visibility.closed(path);
  if (!visibility.mayKnow(path) || closed === 'hidden') throw filesErrors.create('FILES_NOT_FOUND');
  if (closed === 'locked' || (await catalog.locks.covers(path)))
    throw filesErrors.create('FILES_LOCKED');
  const exists = path === '/' || (await catalog.names.resolve(path)) !== undefined;
  if (!exists) throw filesErrors.create('FILES_NOT_FOUND');
}
