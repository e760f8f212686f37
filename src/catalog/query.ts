import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { assert, present } from '../lib/assert.ts';
import type { CatalogQuery, MetadataCondition, SeriesMetadata } from './catalog.ts';
import type { CatalogContext, Session } from './context.ts';
import { catalogErrors } from './errors.ts';
import type { CatalogLimits } from './limits.ts';
import { numberOf } from './metadata-values.ts';
import { isBelow, spanBelow } from './tree.ts';

type FindQuery = Parameters<CatalogQuery['find']>[0];
type Found = Awaited<ReturnType<CatalogQuery['find']>>[number];

/** Metadata queries over the database. */
export function createQuery({ db, limits }: CatalogContext): CatalogQuery {
  return { find: (query) => find(db.query, query, limits) };
}

/**
 * Walks the series in the order of their paths, a window at a time, so that a query that finds
 * little among many never holds up the event loop.
 */
async function find(session: Session, query: FindQuery, limits: CatalogLimits): Promise<Found[]> {
  assert(query.limit > 0, 'a page has room');
  checkConditions(query.conditions, limits);
  const found: Found[] = [];
  if (query.within.length === 0) return found;
  const conditions = query.conditions.map(conditionSql);
  const group = groupOf(query);
  if (group !== undefined) return findOfGroup(session, { query, group, conditions });
  for (let after = query.after ?? ''; ; ) {
    const window = await nextWindow(session, { ...query, after, size: limits.queryWindow });
    if (window === undefined) return found;
    const wanted = { ...query, limit: query.limit - found.length };
    found.push(...(await findInWindow(session, { query: wanted, window, conditions })));
    if (found.length >= query.limit) return found;
    after = window.last;
    await setImmediate();
  }
}

function checkConditions(conditions: readonly MetadataCondition[], limits: CatalogLimits): void {
  const tooLong = conditions.some(({ value }) => String(value).length > limits.conditionLengthMax);
  if (tooLong || conditions.length > limits.conditionsMax)
    throw catalogErrors.create('CATALOG_QUERY_TOO_LARGE');
  for (const { operator } of conditions)
    assert(operator in operators || operator === '!=' || operator === 'like', 'a known operator');
}

/** Some series that follow each other in the order of paths: the first and the last. */
interface Window {
  readonly first: string;
  readonly last: string;
}

/**
 * The window after a path; undefined when there is none. Two ranges of the index: where both are one
 * condition, the engine sorts all that is left for each window.
 */
async function nextWindow(
  session: Session,
  wanted: { readonly under: string; readonly after: string; readonly size: number },
): Promise<Window | undefined> {
  const { under, after, size } = wanted;
  const { from, to } = spanBelow(under);
  const { rows } = await sql<{ first: string | null; last: string | null }>`
    SELECT min(path) AS first, max(path) AS last FROM (
      SELECT path FROM node WHERE path = ${under} AND path > ${after} AND series_id IS NOT NULL
      UNION ALL
      SELECT path FROM (
        SELECT path FROM node
        WHERE series_id IS NOT NULL AND path > max(${after}, ${from}) AND path < ${to}
        ORDER BY path LIMIT ${size}))`.execute(session);
  const { first = null, last = null } = rows[0] ?? {};
  return first === null || last === null ? undefined : { first, last };
}

async function findInWindow(
  session: Session,
  wanted: {
    readonly query: FindQuery;
    readonly window: Window;
    readonly conditions: readonly RawBuilder<boolean>[];
  },
): Promise<Found[]> {
  const { query, window, conditions } = wanted;
  const { rows } = await sql<FoundRow>`
    SELECT n.path, s.metadata, ${provenFacts} AS facts
    FROM node n
    JOIN series s ON s.id = n.series_id
    ${directoriesAbove}
    WHERE n.path >= ${window.first} AND n.path <= ${window.last} AND n.series_id IS NOT NULL
      AND ${isShown(query.within)} AND ${allOf(conditions)}
    ORDER BY n.path LIMIT ${query.limit}`.execute(session);
  return rows.map(foundOf);
}

/** The acquisition whose parts are asked for. */
function groupOf({ conditions }: FindQuery): string | undefined {
  const isOne = ({ keyword, operator }: MetadataCondition): boolean =>
    keyword === 'AcquisitionGroup' && operator === '=';
  const condition = conditions.find(isOne);
  return condition === undefined ? undefined : String(condition.value);
}

/**
 * The parts of an acquisition in their order, by an index: paths are in the order of digests. Where
 * the part at which the last page ended is none any more, from the first: rather twice than not.
 */
async function findOfGroup(
  session: Session,
  wanted: {
    readonly query: FindQuery;
    readonly group: string;
    readonly conditions: readonly RawBuilder<boolean>[];
  },
): Promise<Found[]> {
  const { query, group, conditions } = wanted;
  const after = query.after ?? '';
  const { rows } = await sql<FoundRow>`
    SELECT n.path, s.metadata, ${provenFacts} AS facts
    FROM metadata g
    JOIN metadata a ON a.series_id = g.series_id AND a.keyword = 'AcquisitionPlace'
    JOIN series s ON s.id = g.series_id
    JOIN node n ON n.id = s.node_id
    ${directoriesAbove}
    WHERE g.keyword = 'AcquisitionGroup' AND g.text = ${group} AND ${isBelow('n.path', query.under)}
      AND (a.number, n.path) > (coalesce((
        SELECT b.number FROM node m
        JOIN metadata b ON b.series_id = m.series_id AND b.keyword = 'AcquisitionPlace'
        WHERE m.path = ${after}), 0), ${after})
      AND ${isShown(query.within)} AND ${allOf(conditions)}
    ORDER BY a.number, n.path LIMIT ${query.limit}`.execute(session);
  return rows.map(foundOf);
}

interface FoundRow {
  readonly path: string;
  readonly metadata: string;
  readonly facts: string;
}

const foundOf = ({ path, metadata, facts }: FoundRow): Found => ({
  path,
  metadata: {
    ...(JSON.parse(metadata) as SeriesMetadata),
    ...(JSON.parse(facts) as SeriesMetadata),
  },
});

const provenFacts = sql`(SELECT json_group_object(keyword, coalesce(number, text))
  FROM metadata WHERE series_id = s.id AND proven = 1)`;

/** The tree has a fixed depth: series, study, patient, collection, site, root. */
const directoriesAbove = sql`
  JOIN node t ON t.id = n.parent_id
  JOIN node p ON p.id = t.parent_id
  JOIN node c ON c.id = p.parent_id
  JOIN node i ON i.id = c.parent_id
  JOIN node o ON o.id = i.parent_id`;

/**
 * By what its own path says, too: which collection it is in decides who may find it. The collection is
 * judged and not sought (`+`): the window is walked in the order of paths.
 */
function isShown(within: readonly string[]): RawBuilder<boolean> {
  return sql`(+c.path IN (${sql.join(within)}) AND substr(n.path, 1, length(c.path) + 1) = c.path || '/'
    AND n.hidden = 0 AND c.hidden = 0
    AND NOT EXISTS (SELECT 1 FROM lock
      WHERE path IN (n.path, t.path, p.path, c.path, i.path, o.path)))`;
}

const allOf = (conditions: readonly RawBuilder<boolean>[]): RawBuilder<unknown> =>
  conditions.length === 0 ? sql`true` : sql.join(conditions, sql` AND `);

/** A series satisfies a condition if one value of the attribute does; `!=` if none is equal. */
function conditionSql(condition: MetadataCondition): RawBuilder<boolean> {
  const { keyword, operator } = condition;
  const values = sql`FROM metadata m WHERE m.series_id = s.id AND m.keyword = ${keyword}`;
  if (operator !== '!=') return sql`EXISTS (SELECT 1 ${values} AND ${comparison(condition)})`;
  // Three-valued: a series of which the attribute is not known satisfies neither = nor !=.
  const equal = comparison({ ...condition, operator: '=' });
  return sql`(EXISTS (SELECT 1 ${values}) AND NOT EXISTS (SELECT 1 ${values} AND ${equal}))`;
}

/** The only operators that become SQL text; a request may name any. */
const operators: Readonly<Record<string, RawBuilder<unknown>>> = Object.assign(
  Object.create(null) as object,
  {
    '=': sql`=`,
    '<': sql`<`,
    '<=': sql`<=`,
    '>': sql`>`,
    '>=': sql`>=`,
  },
);

function comparison(condition: MetadataCondition): RawBuilder<boolean> {
  const text = String(condition.value);
  if (condition.operator === 'like') return sql`m.text GLOB ${globOf(text)}`;
  const operator = present(operators[condition.operator], 'the operator is checked');
  const number = numberOf(condition.value);
  if (number === null) return sql`m.text ${operator} ${text}`;
  return sql`CASE WHEN m.number IS NULL THEN m.text ${operator} ${text}
    ELSE m.number ${operator} ${number} END`;
}

/** `*` and `?` mean what they do in DICOM; the engine's character classes are switched off. */
function globOf(pattern: string): string {
  return pattern.replaceAll('[', '[[]');
}
