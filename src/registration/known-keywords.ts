import { safeFacts, safeKeywords } from '../deid/index.ts';
import { crawledKeywords } from '../pacs/crawl.ts';

const crawled: ReadonlySet<string> = new Set(crawledKeywords);

/**
 * What the catalog can know of a series: what a walk asks an archive for, and may leave; and what its
 * headers prove once they were read.
 */
export const knownKeywords: readonly string[] = [
  ...safeKeywords.filter((each) => crawled.has(each)),
  ...safeFacts,
];
