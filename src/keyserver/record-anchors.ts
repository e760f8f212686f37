import { createPublicKey } from 'node:crypto';
import { type AcceptedGap, AnchorFile, type AuditHead } from '../audit/index.ts';
import {
  type AcceptedRecordGap,
  acceptedRecordGap,
  type Heartbeat,
  isAccepted,
  isInGap,
  orderOf,
  type ServerGap,
  verifyFeedAck,
  verifyHeartbeat,
} from '../keys/index.ts';
import type { Log } from '../lib/log.ts';
import { type PinnedKeys, pinKeys, type Signer } from '../seal/index.ts';
import { keyserverErrors } from './errors.ts';

/** What it works with. */
interface Ports {
  readonly name: string;
  readonly site: string;
  readonly signer: Signer;
  readonly feedKeys: PinnedKeys;
  readonly log: Log;
  /** Whether our record goes through an end of it that we signed. */
  readonly goesThrough: (head: AuditHead) => Promise<boolean>;
  /** Gaps of our record that our operator accepted. */
  readonly accepted: () => readonly AcceptedGap[];
}

/** Under it the gateway's heartbeat is kept. */
const gateway = 'gateway';

/**
 * Ends of audit records, anchored at each other: this server keeps the gateway's newest heartbeat, and
 * is shown by the gateway what it signed itself. Only signed ends are believed, so neither can say
 * of the other's record what that one did not say itself.
 */
export class RecordAnchors {
  readonly #ports: Ports;
  readonly #file: AnchorFile;
  readonly #own: PinnedKeys;
  #kept: Heartbeat | undefined;

  private constructor(ports: Ports, file: AnchorFile, kept: Heartbeat | undefined) {
    this.#ports = ports;
    this.#file = file;
    this.#own = pinKeys([createPublicKey(ports.signer.privateKey)]);
    this.#kept = kept;
  }

  /** @throws AUDIT_ANCHORS_DAMAGED */
  static async open(path: string, ports: Ports): Promise<RecordAnchors> {
    const file = await AnchorFile.open(path);
    // The start went through them, or they were accepted.
    await file.forgetMissed();
    const statement = file.statementOf(gateway);
    // Of a gateway that is not enrolled any more it says nothing.
    const kept =
      statement === undefined
        ? undefined
        : await verifyHeartbeat(statement, ports.feedKeys).catch(() => undefined);
    return new RecordAnchors(ports, file, kept);
  }

  /** The gateway's newest heartbeat, as it signed it. */
  get ofGateway(): string | null {
    return this.#kept === undefined ? null : (this.#file.statementOf(gateway) ?? null);
  }

  /** The newest gap of our own record that our operator accepted. */
  get accepted(): AcceptedRecordGap | null {
    const newest = this.#ports.accepted().at(-1);
    return newest === undefined ? null : acceptedRecordGap(newest);
  }

  /**
   * Compare our record with what the gateway keeps of it.
   * @param statement an answer of ours; what is none says nothing
   * @throws KEYSERVER_RECORD_BEHIND
   */
  async checkOwn(statement: string | null): Promise<void> {
    if (statement === null) return;
    const { name, site, log, goesThrough, accepted } = this.#ports;
    const ack = await verifyFeedAck(statement, this.#own).catch(() => undefined);
    if (ack?.server !== name || ack.site !== site || (await goesThrough(ack.audit))) return;
    if (accepted().some((gap) => isAccepted(gap, ack))) return;
    await this.#file.miss(ack.audit);
    log.error('audit.behind', { anchored: ack.audit.count, signedMs: ack.timeMs });
    throw keyserverErrors.create('KEYSERVER_RECORD_BEHIND');
  }

  /**
   * Keep how far the gateway's record is, durably.
   * @param gaps of that record, accepted in the feed
   * @throws KEYSERVER_GATEWAY_BEHIND when it was further before
   */
  async take(statement: string, heartbeat: Heartbeat, gaps: readonly ServerGap[]): Promise<void> {
    const kept = this.#kept;
    const order = orderOf(heartbeat, kept);
    const isGap =
      kept !== undefined && gaps.some((gap) => gap.server === null && isInGap(gap, kept));
    if (order === 'behind' && !isGap) throw keyserverErrors.create('KEYSERVER_GATEWAY_BEHIND');
    if (order !== 'newer' && order !== 'behind') return;
    await this.#file.keep(gateway, statement);
    this.#kept = heartbeat;
  }
}
