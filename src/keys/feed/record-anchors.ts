import { type AcceptedGap, type AnchorFile, type AuditHead, isSame } from '../../audit/index.ts';
import type { Log } from '../../lib/log.ts';
import type { PinnedKeys } from '../../seal/index.ts';
import { keysLimits } from '../limits.ts';
import { type FeedAck, verifyFeedAck } from '../wire/feed-ack.ts';
import { verifyHeartbeat } from '../wire/heartbeat.ts';
import {
  type AcceptedRecordGap,
  acceptedRecordGap,
  isAccepted,
  isInGap,
  orderOf,
} from '../wire/record-gap.ts';
import type { FeedState, ServerGap } from './feed-state.ts';

/** The gateway's own record, as its anchors need it. */
export interface OwnRecord {
  head(): AuditHead;
  goesThrough(head: AuditHead): Promise<boolean>;
  /** Gaps of it that its operator accepted, whether the feed says so yet or not. */
  accepted(): readonly AcceptedGap[];
}

export interface RecordAnchorsOptions {
  readonly site: string;
  readonly file: AnchorFile;
  readonly own: OwnRecord;
  /** Our feed key: only what it signed is believed of our record. */
  readonly pinned: PinnedKeys;
  readonly log: Log;
  /** A server showed an end of our record that we signed and that it does not go through. */
  readonly onMissed: (head: AuditHead) => void;
}

/** What is known of a server's record. */
interface KnownServer {
  readonly kept: FeedAck | undefined;
  readonly isBehind: boolean;
  readonly accepted: AcceptedRecordGap | null;
}

/**
 * Ends of audit records that gateway and key servers anchor at each other, as the gateway sees them.
 * Only what its keeper signed is believed of a record: a server can show an end of ours that we signed,
 * or keep silent, and cannot make one up.
 */
export class RecordAnchors {
  readonly #options: RecordAnchorsOptions;
  readonly #servers = new Map<string, KnownServer>();
  /** Digests of ends that are in our record for sure; the newest. */
  readonly #sure = new Set<string>();

  constructor(options: RecordAnchorsOptions) {
    this.#options = options;
  }

  /** The end of our record, to be signed. */
  head(): AuditHead {
    const head = this.#options.own.head();
    this.#isSure(head);
    return head;
  }

  /** Ends of our record that servers showed, and that it does not go through. */
  get missed(): readonly AuditHead[] {
    return this.#options.file.missed;
  }

  /** Servers whose record is shorter than they signed once, or another one. */
  get behind(): readonly string[] {
    return [...this.#servers].flatMap(([name, { isBehind }]) => (isBehind ? [name] : []));
  }

  /** The newest answer that is kept of a server, for itself to compare. */
  ofServer(server: string): string | null {
    return this.#options.file.statementOf(server) ?? null;
  }

  /** Take what a server signed of its record. */
  async takeAck(ack: FeedAck, signed: { readonly statement: string; readonly pinned: PinnedKeys }) {
    const { file, log } = this.#options;
    const { server } = ack;
    const known = await this.#known(server, signed.pinned);
    const order = orderOf(ack, known.kept);
    const isBehind = order === 'behind' || (order === 'late' && known.isBehind);
    if (isBehind && !known.isBehind)
      log.error('keys.record_behind', {
        server,
        kept: known.kept?.audit.count,
        now: ack.audit.count,
      });
    if (order === 'newer') await file.keep(server, signed.statement);
    const kept = order === 'newer' ? ack : known.kept;
    this.#servers.set(server, { kept, isBehind, accepted: ack.accepted });
  }

  /** Compare our record with the heartbeat of ours that a server keeps. */
  async takeOwn(server: string, statement: string | null, state: FeedState): Promise<void> {
    if (statement === null) return;
    const { site, pinned, own, file, log, onMissed } = this.#options;
    const heartbeat = await verifyHeartbeat(statement, pinned).catch(() => undefined);
    if (heartbeat === undefined || heartbeat.site !== site) {
      log.warn('keys.anchor_not_ours', { server });
      return;
    }
    const { audit } = heartbeat;
    if (this.#sure.has(audit.digest)) return;
    if (!(await own.goesThrough(audit))) {
      const isKnown =
        own.accepted().some((gap) => isAccepted(gap, heartbeat)) ||
        state.gaps.some((gap) => gap.server === null && isInGap(gap, heartbeat));
      if (!isKnown) {
        await file.miss(audit);
        log.error('audit.behind', { server, anchored: audit.count, signedMs: heartbeat.timeMs });
        onMissed(audit);
        return;
      }
      log.warn('audit.gap_reaches', { server, record: audit.count });
    }
    this.#isSure(audit);
  }

  /** Accepted gaps, ours and of servers, that the feed does not say yet. */
  untold(state: FeedState): readonly ServerGap[] {
    const own = this.#options.own.accepted().map(acceptedRecordGap);
    const ofServers = [...this.#servers].flatMap(([server, { accepted }]) =>
      accepted === null ? [] : [{ server, ...accepted }],
    );
    const all = [...own.map((gap) => ({ server: null, ...gap })), ...ofServers];
    return all.filter((gap) => !state.gaps.some((told) => isSameGap(told, gap)));
  }

  #isSure({ digest }: AuditHead): void {
    this.#sure.add(digest);
    const [oldest] = this.#sure;
    if (this.#sure.size > keysLimits.recordEndsMax && oldest !== undefined)
      this.#sure.delete(oldest);
  }

  async #known(server: string, pinned: PinnedKeys): Promise<KnownServer> {
    const known = this.#servers.get(server);
    if (known !== undefined) return known;
    const statement = this.ofServer(server);
    // Of a server whose key was exchanged it says nothing.
    const kept =
      statement === null
        ? undefined
        : await verifyFeedAck(statement, pinned).catch(() => undefined);
    return { kept, isBehind: false, accepted: null };
  }
}

function isSameGap(a: ServerGap, b: ServerGap): boolean {
  return (
    a.server === b.server &&
    isSame(a.gap.expected, b.gap.expected) &&
    isSame(a.gap.found, b.gap.found)
  );
}
