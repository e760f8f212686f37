/** Identified instances in; sealed, stored, receipted files out. */
export {
  createProduction,
  type KeyDeposits,
  type NewKey,
  type ProductionPorts,
} from './create-production.ts';
export { productionEdition } from './edition.ts';
export { productionErrors } from './errors.ts';
export { stackFileName } from './file-name.ts';
export { type ProductionLimits, productionLimits } from './limits.ts';
export type {
  ExistingVersion,
  ExpectedInstanceOfJob,
  FileRegister,
  FileResult,
  GrowingReplica,
  MintedFile,
  NamedIdentifiedInstance,
  ProducedReplica,
  ProducedVersion,
  Production,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
  SeriesResult,
  SlicedInstance,
  StackOfSeries,
} from './production.ts';
export { isSizedByShape, type Product, products } from './products/index.ts';
export { isListedWithoutImage } from './series-job.ts';
export { createSpill, type Spill } from './spill/spill-file.ts';
