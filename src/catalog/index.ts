/** Names, de-identified metadata, policies, replicas and recalls. */
export type * from './catalog.ts';
export { catalogErrors } from './errors.ts';
export { type CatalogLimits, catalogLimits } from './limits.ts';
export { type OpenCatalogOptions, openCatalog } from './open-catalog.ts';
