/** Identified instances in; sealed, stored, receipted files out. */
export {
  createProduction,
  type KeyDeposits,
  type NewKey,
  type ProductionPorts,
} from './create-production.ts';
export { productionEdition } from './edition.ts';
export { productionErrors } from './errors.ts';
export { type ProductionLimits, productionLimits } from './limits.ts';
export type {
  ExistingVersion,
  ExpectedInstanceOfJob,
  GrowingReplica,
  NamedIdentifiedInstance,
  ProducedReplica,
  ProducedVersion,
  Production,
  ProductionJob,
  ProductionResult,
  ProductionTarget,
} from './production.ts';
export { isListedWithoutImage } from './volume-job.ts';
