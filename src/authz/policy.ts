/** What one may be allowed to do with a node. */
export type Right =
  | 'list'
  | 'read'
  | 'read-metadata'
  | 'write-metadata'
  | 'change-permissions'
  | 'delete';

/** Allows some rights to one principal or group. There are no deny entries: absent is denied. */
export interface PolicyEntry {
  /** `user:<principal subject>`, `group:<group>`, or `authenticated` for everyone who proved who they are. */
  readonly who: string;
  readonly rights: readonly Right[];
  /** UTC ms; the entry counts for nothing from then on. */
  readonly expiresMs?: number;
}

/** An access control list, attached to few nodes and inherited by reference. */
export interface Policy {
  readonly id: string;
  /** Grows by one with every change. */
  readonly version: number;
  readonly entries: readonly PolicyEntry[];
}

/** The answer of the one evaluator, with the rule that decided. */
export interface Decision {
  readonly allowed: boolean;
  /** Index of the entry that allowed, else why not. */
  readonly rule: string;
  /** Whether the caller may know that the node exists: holds any right on it. */
  readonly mayKnowExists: boolean;
}
