/** PACS that speak DIMSE. */
export { createDimseSource, type DimseSourceOptions } from './create-dimse-source.ts';
export { MoveSender, type MoveSenderOptions } from './move-sender.ts';
export type { MoveTarget } from './retrieve.ts';
