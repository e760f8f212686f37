/** The metadata road: what a PACS holds becomes catalog entries. */

export type { Collection } from './collection.ts';
export { knownKeywords } from './known-keywords.ts';
export type { LeftOut } from './left-out.ts';
export { registrationLimits } from './limits.ts';
export { type CrawlReport, createRegistration, type Registration } from './registration.ts';
export type { CollectionStatus } from './reviewer.ts';
