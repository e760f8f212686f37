import type { Principal } from '../identity/principal.ts';

/** One disclosure that is about to happen. */
export interface Disclosure {
  readonly caller: Principal;
  readonly path: string;
  /** The rule that allowed it. */
  readonly rule: string;
  /** Bytes asked for. */
  readonly bytes: number;
}

/** The record of who was given what; durable before the first byte. */
export interface DisclosureAudit {
  /** @throws AUDIT_UNAVAILABLE: then nothing is disclosed */
  disclosing(disclosure: Disclosure): Promise<void>;
}
