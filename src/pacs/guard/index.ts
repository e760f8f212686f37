/** Keeps the load on a PACS harmless to the clinic. */
export { createGuard } from './create-guard.ts';
export type { Guard, GuardedWork, GuardStatus, Permit, Priority } from './guard.ts';
