import { isUid } from '../../../dicom/index.ts';
import {
  dimseStatus,
  type RefusedContext,
  type StoreRefusal,
  type StoreRequest,
} from '../../../dimse/index.ts';
import type { Log } from '../../../lib/log.ts';
import type { ByteSink } from '../../../lib/streams/byte-stream.ts';
import { pacsErrors } from '../../errors.ts';
import { pacsLimits } from '../../limits.ts';
import type { RetrieveUnit } from '../../pacs-source.ts';
import { ContentDigests } from './content-digests.ts';
import type { Handover } from './handover.ts';
import { type Contradiction, IdentitySink } from './identity-sink.ts';
import { transferSyntaxError } from './translate.ts';

/** Why an instance that was sent to us was not taken. */
type Refused = Contradiction | 'too many' | 'no Move Originator';

/**
 * Judges what comes of one retrieve before anybody reads it. A message says what it carries; the
 * data set has to say the same.
 */
export class RetrieveIntake {
  readonly #unit: RetrieveUnit;
  readonly #handover: Handover;
  readonly #log: Log;
  readonly #digests: ContentDigests;
  readonly #asked: ReadonlySet<string>;
  readonly #refused = new Map<Refused, number>();
  /** Instances that were asked for and are not what their message says. */
  #wrong: Contradiction | undefined;
  #lacksOriginator = false;
  /** By SOP class. */
  readonly #refusedSyntaxes = new Map<string, readonly string[]>();
  readonly #conflict = new AbortController();

  constructor(options: {
    readonly unit: RetrieveUnit;
    readonly handover: Handover;
    readonly log: Log;
  }) {
    this.#unit = options.unit;
    this.#handover = options.handover;
    this.#log = options.log;
    this.#asked = new Set(options.unit.sopInstanceUids);
    this.#digests = new ContentDigests({ onConflict: () => this.#endAtOnce() });
  }

  /** Aborts with a coded reason when the retrieve cannot go on. */
  get signal(): AbortSignal {
    return this.#conflict.signal;
  }

  /** Where an instance goes. */
  receive(request: StoreRequest): ByteSink | StoreRefusal {
    const { sopInstanceUid, sopClassUid } = request;
    if (this.signal.aborted) return { refusedWith: dimseStatus.outOfResources };
    if (this.#digests.size >= pacsLimits.retrieveInstancesMax) {
      this.#count('too many');
      return { refusedWith: dimseStatus.outOfResources };
    }
    if (!this.#isOfClass(sopInstanceUid, sopClassUid)) {
      this.#contradicts(sopInstanceUid, 'sopClassUid');
      return { refusedWith: dimseStatus.identifierDoesNotMatch };
    }
    return this.#digests.sinkFor(sopInstanceUid, () => this.#identified(request));
  }

  /** The receiver refused an instance of ours because it could not tell that it is. */
  originatorMissing(): void {
    this.#lacksOriginator = true;
    this.#count('no Move Originator');
  }

  /** The PACS offered our receiver a class in transfer syntaxes of which we take none. */
  contextRefused({ abstractSyntax, transferSyntaxes }: RefusedContext): void {
    const known = this.#refusedSyntaxes.get(abstractSyntax) ?? [];
    const all = [...new Set([...known, ...transferSyntaxes.filter(isUid)])];
    this.#refusedSyntaxes.set(abstractSyntax, all.slice(0, pacsLimits.syntaxesNamedMax));
  }

  /** One of the instances asked for that did not come. */
  missing(): string | undefined {
    return [...this.#asked].find((uid) => !this.#digests.has(uid));
  }

  /** The class of an instance, where it is known. */
  classOf(sopInstanceUid: string): string | undefined {
    const { sopClassUidOf, sopClassUids } = this.#unit;
    const only = sopClassUids.length === 1 ? sopClassUids[0] : undefined;
    return sopClassUidOf?.get(sopInstanceUid) ?? only;
  }

  /**
   * Of a C-MOVE: an instance did not come, and its class was offered in no transfer syntax of ours.
   * @throws MdmError `PACS_TRANSFER_SYNTAX`
   */
  checkContexts(): void {
    const missing = this.missing();
    const sopClassUid = missing === undefined ? undefined : this.classOf(missing);
    const syntaxes = sopClassUid === undefined ? undefined : this.#refusedSyntaxes.get(sopClassUid);
    if (syntaxes !== undefined) throw transferSyntaxError(syntaxes, this.#log);
  }

  /**
   * The PACS says that the retrieve is over: tell what was wrong with it.
   * @throws MdmError `PACS_INSTANCE_WRONG`, `PACS_ORIGINATOR_MISSING`
   */
  finish(): void {
    for (const [why, count] of this.#refused) {
      this.#log.warn('pacs.instances_refused', { why, count });
    }
    if (this.#lacksOriginator) throw pacsErrors.create('PACS_ORIGINATOR_MISSING');
    if (this.#wrong !== undefined) {
      throw pacsErrors.create('PACS_INSTANCE_WRONG', {
        message: this.#wrong,
        context: { what: this.#wrong },
      });
    }
  }

  #identified(request: StoreRequest): ByteSink {
    const { studyInstanceUid, seriesInstanceUid } = this.#unit.series;
    const { sopClassUid, sopInstanceUid, transferSyntaxUid } = request;
    return new IdentitySink({
      transferSyntaxUid,
      expected: { sopClassUid, sopInstanceUid, studyInstanceUid, seriesInstanceUid },
      open: () => this.#handover.receive(request),
      onContradiction: (what) => this.#contradicts(sopInstanceUid, what),
    });
  }

  /** Whether an instance is of the class that the index knows it by, where it does. */
  #isOfClass(sopInstanceUid: string, sopClassUid: string): boolean {
    const known = this.#unit.sopClassUidOf?.get(sopInstanceUid);
    return known === undefined || known === sopClassUid;
  }

  #contradicts(sopInstanceUid: string, what: Contradiction): void {
    this.#count(what);
    // What nobody asked for is only passed over.
    if (this.#asked.size === 0 || this.#asked.has(sopInstanceUid)) this.#wrong ??= what;
  }

  #count(why: Refused): void {
    this.#refused.set(why, (this.#refused.get(why) ?? 0) + 1);
  }

  #endAtOnce(): void {
    const error = pacsErrors.create('PACS_CONTENT_CONFLICT');
    this.#log.warn('pacs.content_conflict');
    this.#handover.discard(error);
    this.#conflict.abort(error);
  }
}
