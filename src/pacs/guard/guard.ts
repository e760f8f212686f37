/** Who waits for a PACS: interactive work goes before bulk work. */
export type Priority = 'interactive' | 'bulk';

/** Work to be admitted. */
export interface GuardedWork {
  /** Associations it has open at once, counting those the PACS opens towards us: C-MOVE has 2. */
  readonly associations: number;
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

/** The right to have the associations open. Given back exactly once. */
export interface Permit {
  /** How it went, for the circuit breaker; may be told while the permit is still held. */
  report(outcome: 'succeeded' | 'failed'): void;
  release(): void;
}

/** What an operator sees. */
export interface GuardStatus {
  readonly associationsOpen: number;
  readonly associationsMax: number;
  readonly waiting: number;
  readonly isPaused: boolean;
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Failures in a row. */
  readonly failures: number;
  /** The last latency observed, in milliseconds. */
  readonly latencyMs: number | undefined;
}

/** Keeps the load on one PACS harmless to the clinic. One per PACS, shared by all who talk to it. */
export interface Guard {
  /**
   * Wait for room.
   *
   * @throws MdmError `PACS_CIRCUIT_OPEN` at once while the PACS is left alone, `PACS_BUSY` when
   *   too many wait; the signal's reason when it aborts
   */
  admit(work: GuardedWork): Promise<Permit>;
  /** Note how long the PACS took to answer a C-ECHO. */
  observe(latencyMs: number): void;
  /** Admit nothing more; what runs goes on. */
  pause(): void;
  resume(): void;
  status(): GuardStatus;
}
