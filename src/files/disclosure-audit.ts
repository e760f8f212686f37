import type { Principal } from '../identity/principal.ts';

/** One disclosure that is about to happen. */
export interface Disclosure {
  readonly caller: Principal;
  readonly action: 'read' | 'find';
  readonly path: string;
  /** The rule that allowed it; of a query each entry has its own. */
  readonly rule?: string;
  /** Bytes asked for. */
  readonly bytes?: number;
  /** What else is known of it; never a value that the caller gave. */
  readonly detail?: string;
}

/** The record of who was given what; durable before the first byte. */
export interface DisclosureAudit {
  /** @throws AUDIT_UNAVAILABLE: then nothing is disclosed */
  disclosing(disclosure: Disclosure): Promise<void>;
}
