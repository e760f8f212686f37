/** What was done. A closed list: a new action is a change here. */
export type AuditAction =
  | 'list'
  | 'stat'
  | 'read'
  | 'find'
  | 'stage'
  | 'release'
  | 'recall'
  | 'grant'
  | 'revoke'
  | 'withdraw'
  | 'collection-apply'
  | 'key-recover'
  | 'key-refresh'
  | 'lock'
  | 'unlock'
  | 'key-deposit'
  | 'key-release'
  | 'key-destroy'
  | 'authenticate'
  | 'pacs-query'
  | 'pacs-retrieve'
  | 'refuse'
  | 'service-start'
  | 'service-stop'
  | 'audit-repaired'
  | 'audit-recovered'
  | 'audit-accepted';

/**
 * One thing to record. Holds no patient data: names are pseudonymous paths, reasons are codes.
 * Fields that do not apply are left out.
 */
export interface AuditEvent {
  readonly action: AuditAction;
  /** Principal subject, or `service` for what the service does by itself. */
  readonly subject: string;
  readonly outcome: 'success' | 'refused' | 'failed';
  /** Path in the tree, as resolved. */
  readonly path?: string;
  /** The rule of the decision. */
  readonly rule?: string;
  /** Documented code of a refusal or failure. */
  readonly code?: string;
  /** Bytes about to be disclosed, or moved. */
  readonly bytes?: number;
  /** Of a refusal: where it was asked from. */
  readonly address?: string;
  /** Of refusals: how many the record stands for. */
  readonly count?: number;
  /** Correlation id of the request or recall. */
  readonly requestId?: string;
  /** Further non-identifying facts: a key id, a policy id, a count. */
  readonly detail?: string;
  /** Of `audit-accepted`: what is not there, and is known not to be. */
  readonly gap?: AuditGap;
}

/**
 * Where a chain of records stands. Kept elsewhere it is an *anchor*: it proves a record that goes
 * through it, and shows one that was cut, or begun anew.
 */
export interface AuditHead {
  /** Number of the newest durable record; 0 before the first. */
  readonly count: number;
  /** Its digest, 64 lower-case hex digits. */
  readonly digest: string;
}

/** What of a record is missing or damaged, and was accepted by an operator. */
export interface AuditGap {
  /** The last whole record before each place where something is missing or damaged. */
  readonly after: readonly AuditHead[];
  /** Anchors that the record does not go through. */
  readonly lost: readonly AuditHead[];
}

/**
 * The durable, hash-chained record.
 *
 * What is disclosed is recorded first: `record` resolves once the event is on the disk, and while
 * the disk cannot be written it rejects, so that nothing is disclosed unrecorded.
 */
export interface Audit {
  /** @throws AUDIT_UNAVAILABLE, AUDIT_EVENT_INVALID */
  record(event: AuditEvent): Promise<void>;
  readonly head: AuditHead;
  /** False from a failure until a record was written again. */
  readonly healthy: boolean;
  /** Wait for the records under way, then close. */
  close(): Promise<void>;
}
