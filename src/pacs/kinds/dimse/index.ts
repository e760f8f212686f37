/** PACS that speak DIMSE. */
export { createDimseSource, type DimseSourceOptions } from './create-dimse-source.ts';
