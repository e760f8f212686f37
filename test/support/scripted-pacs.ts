import type { HeldInstance } from '../../demo/pacs/header-index.ts';
import { findMatches, selectInstances } from '../../demo/pacs/query.ts';
import {
  type DataSet,
  dataSetOf,
  decodeDataSet,
  encodeDataSet,
  type Keyword,
  sopClass,
  tag,
  type ValueInput,
} from '../../src/dicom/index.ts';
import {
  type Association,
  dimseStatus,
  type IncomingRequest,
  listenForAssociations,
  type OutgoingDataSet,
  openAssociation,
  type SubOperationCounts,
} from '../../src/dimse/index.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { ByteSink } from '../../src/lib/streams/byte-stream.ts';
import { makeSeries, type SeriesOptions, seriesIdentity } from './make-series.ts';
import type { Owner } from './owner.ts';
import { startTcpGate, type TcpGate } from './tcp-gate.ts';

/** An instance that the PACS lists, and what it has of it. */
export interface ScriptedInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** What C-FIND answers of it; it need not be true. */
  readonly header: DataSet;
  /** What a retrieve sends; it need not be a data set. */
  readonly dataSet: Uint8Array;
}

/** How an instance is sent other than as it is listed. */
export interface Disguise {
  readonly sopClassUid?: string;
  readonly sopInstanceUid?: string;
  /** Context to send it over: its SOP class and transfer syntax. */
  readonly over?: { readonly sopClassUid?: string; readonly transferSyntaxUid?: string };
  readonly dataSet?: OutgoingDataSet;
  /** Of a C-MOVE: another Move Originator than ours, or none. */
  readonly originator?: { readonly aeTitle: string; readonly messageId: number } | 'none';
}

/** A C-GET or C-MOVE to be answered by a script. */
export interface ScriptedRetrieve {
  readonly method: 'C-GET' | 'C-MOVE';
  /** What an honest PACS would send, in the order asked. */
  readonly asked: readonly ScriptedInstance[];
  /** Aborts at C-CANCEL and at the end of the association. */
  readonly signal: AbortSignal;
  /** C-STORE; gives the status, -1 if there is no context for it. */
  readonly store: (instance: ScriptedInstance, disguise?: Disguise) => Promise<number>;
  readonly respond: (status: number, counts?: SubOperationCounts) => Promise<void>;
  /** A-ABORT to the requestor, and to the destination of a C-MOVE. */
  readonly abort: () => void;
}

export type RetrieveScript = (retrieve: ScriptedRetrieve) => Promise<void>;

/** A PACS double that speaks real DIMSE and does what it is told, however wrong. */
export interface ScriptedPacs {
  /** Port of the relay in front of it. */
  readonly port: number;
  readonly gate: TcpGate;
  /** What it lists. */
  instances: readonly ScriptedInstance[];
  /** What it answers a C-FIND with, given the true answers; undefined is one without identifier. */
  answers: (query: DataSet, truth: readonly DataSet[]) => readonly (DataSet | undefined)[];
  /** Status that a C-FIND ends with. */
  findStatus: (query: DataSet) => number;
  /** How it answers a C-GET or C-MOVE; `honest` at first. */
  script: RetrieveScript;
  /** Reject association requests. */
  rejects: boolean;
  /** Retrieves asked of it. */
  readonly retrieves: number;
  /** The most associations at once in both directions, as the PACS sees them. */
  readonly associationsMax: number;
}

/** Sends everything, counts truly. */
export const honest: RetrieveScript = async ({ asked, store, respond, signal }) => {
  let completed = 0;
  for (const instance of asked) {
    if (signal.aborted) return respond(dimseStatus.cancel);
    if ((await store(instance)) === 0) completed += 1;
  }
  const failed = asked.length - completed;
  await respond(failed === 0 ? 0 : dimseStatus.subOperationsFailed, { completed, failed });
};

/** List an instance with the attributes that the levels of a query ask for. */
export function listInstance(
  instance: Omit<ScriptedInstance, 'header'>,
  attributes: Readonly<Partial<Record<Keyword, ValueInput>>> = {},
): ScriptedInstance {
  const header = dataSetOf({
    SOPClassUID: instance.sopClassUid,
    SOPInstanceUID: instance.sopInstanceUid,
    StudyInstanceUID: instance.studyInstanceUid,
    SeriesInstanceUID: instance.seriesInstanceUid,
    PatientID: 'SYN-0001',
    Modality: 'CT',
    ...attributes,
  });
  return { ...instance, header };
}

/** A synthetic series as a PACS that tells the truth lists it. */
export function listSeries(options: SeriesOptions): ScriptedInstance[] {
  const identity = seriesIdentity(options);
  return [...makeSeries(options)].map((made) => {
    const all = decodeDataSet(made.dataSet, made.transferSyntaxUid);
    const header: DataSet = new Map([...all].filter(([key]) => key !== tag.PixelData));
    return { ...identity, ...made, header };
  });
}

/** Start a scripted PACS. It moves to any AE title, always to `moveTo`. */
export async function startScriptedPacs(
  owner: Owner,
  options: { readonly aeTitle?: string; readonly moveToPort?: number } = {},
): Promise<ScriptedPacs> {
  const pacs = new Pacs(options.moveToPort);
  const acceptor = await listenForAssociations({
    host: '127.0.0.1',
    port: 0,
    refuse: () =>
      pacs.rejects ? { source: 'service-user', reason: 'no-reason-given' } : undefined,
    chooseTransferSyntax: (_, [first = '']) => ({ kind: 'accepted', transferSyntax: first }),
    onAssociation: (association) => {
      pacs.countTowardsUs(association);
      pacs.serve(association);
    },
    clock: systemClock,
    log: silentLog,
  });
  owner.after(() => acceptor.close());
  pacs.gate = await startTcpGate(owner, acceptor.port);
  return pacs;
}

interface Held extends HeldInstance {
  readonly scripted: ScriptedInstance;
}

class Pacs implements ScriptedPacs {
  gate!: TcpGate;
  instances: readonly ScriptedInstance[] = [];
  script: RetrieveScript = honest;
  answers: ScriptedPacs['answers'] = (_, truth) => truth;
  findStatus: ScriptedPacs['findStatus'] = () => 0;
  rejects = false;
  readonly #moveToPort: number | undefined;
  #retrieves = 0;
  #associations = 0;
  #associationsMax = 0;

  constructor(moveToPort: number | undefined) {
    this.#moveToPort = moveToPort;
  }

  get port(): number {
    return this.gate.port;
  }
  get retrieves(): number {
    return this.#retrieves;
  }
  get associationsMax(): number {
    return this.#associationsMax;
  }

  countTowardsUs(association: Association): void {
    this.#count(1);
    void association.ended.then(() => this.#count(-1));
  }

  #count(change: 1 | -1): void {
    this.#associations += change;
    this.#associationsMax = Math.max(this.#associationsMax, this.#associations);
  }

  serve(association: Association): void {
    association.serve((request) => {
      const { command } = request;
      if (command.kind === 'C-ECHO-RQ') {
        void this.#respond(association, request)(0).catch(() => {});
        return undefined;
      }
      return gather((identifier) => void this.#run(association, request, identifier));
    });
  }

  async #run(association: Association, request: IncomingRequest, bytes: Uint8Array): Promise<void> {
    const { command, context } = request;
    const identifier = decodeDataSet(bytes, context.transferSyntax, { strict: false });
    const respond = this.#respond(association, request);
    try {
      if (command.kind === 'C-FIND-RQ') await this.#find(association, request, identifier);
      else if (command.kind === 'C-GET-RQ' || command.kind === 'C-MOVE-RQ') {
        await this.#retrieve(association, request, identifier);
      } else await respond(dimseStatus.unrecognizedOperation);
    } catch {
      // The association is gone, or the script gave up: either way nobody waits for an answer.
    }
  }

  async #find(
    association: Association,
    request: IncomingRequest,
    identifier: DataSet,
  ): Promise<void> {
    const truth = [...findMatches(this.#held(), identifier, 'SCRIPTED')];
    for (const match of this.answers(identifier, truth)) {
      const { context, command } = request;
      await association.send(
        context.id,
        {
          kind: 'C-FIND-RSP',
          messageIdBeingRespondedTo: command.messageId,
          affectedSopClassUid: command.affectedSopClassUid,
          status: dimseStatus.pending,
          hasDataSet: match !== undefined,
        },
        match && encodeDataSet(match, context.transferSyntax),
      );
    }
    await this.#respond(association, request)(this.findStatus(identifier));
  }

  async #retrieve(
    association: Association,
    request: IncomingRequest,
    identifier: DataSet,
  ): Promise<void> {
    this.#retrieves += 1;
    const stop = new AbortController();
    association.onCancel(() => stop.abort());
    void association.ended.then(() => stop.abort());
    const asked = selectInstances(this.#held(), identifier).map((each) => (each as Held).scripted);
    const { kind, messageId } = request.command;
    const isMove = kind === 'C-MOVE-RQ';
    const target = isMove ? await this.#openMove(association, request, asked) : association;
    const moveOriginator = isMove ? { messageId, aeTitle: association.callingAeTitle } : undefined;
    try {
      await this.script({
        method: isMove ? 'C-MOVE' : 'C-GET',
        asked,
        signal: stop.signal,
        store(instance, disguise = {}) {
          const { originator = moveOriginator } = disguise;
          const named = originator === 'none' ? undefined : originator;
          return sendStore(target, instance, { ...disguise, moveOriginator: named });
        },
        respond: this.#respond(association, request),
        abort() {
          target.abort(new Error('as scripted'));
          association.abort(new Error('as scripted'));
        },
      });
    } finally {
      if (isMove) {
        await target.release();
        this.#count(-1);
      }
    }
  }

  /** Proposes one context per SOP class and transfer syntax asked for, and a CT one for lies. */
  async #openMove(
    association: Association,
    { command }: IncomingRequest,
    asked: readonly ScriptedInstance[],
  ): Promise<Association> {
    const pairs = new Set(asked.map((each) => `${each.sopClassUid} ${each.transferSyntaxUid}`));
    pairs.add(`${sopClass.CTImageStorage} 1.2.840.10008.1.2`);
    const contexts = [...pairs].map((pair) => {
      const [abstractSyntax = '', transferSyntax = ''] = pair.split(' ');
      return { abstractSyntax, transferSyntaxes: [transferSyntax] };
    });
    const destination = command.kind === 'C-MOVE-RQ' ? command.moveDestination : '';
    this.#count(1);
    const outcome = await openAssociation({
      host: '127.0.0.1',
      port: this.#moveToPort ?? 0,
      callingAeTitle: association.calledAeTitle,
      calledAeTitle: destination,
      contexts,
      clock: systemClock,
    });
    if (outcome.kind === 'accepted') return outcome.association;
    this.#count(-1);
    throw new Error(`the destination: ${outcome.kind}`);
  }

  #respond(association: Association, { context, command }: IncomingRequest) {
    return (status: number, counts: SubOperationCounts = {}): Promise<void> =>
      association.send(context.id, {
        kind: command.kind.replace('-RQ', '-RSP') as 'C-GET-RSP',
        messageIdBeingRespondedTo: command.messageId,
        affectedSopClassUid: command.affectedSopClassUid,
        status,
        ...counts,
        hasDataSet: false,
      });
  }

  #held(): readonly Held[] {
    return this.instances.map((scripted) => ({
      ...scripted,
      scripted,
      open: async () => scripted.dataSet,
    }));
  }
}

/** A C-STORE with whatever is to be wrong about it. */
async function sendStore(
  association: Association,
  instance: ScriptedInstance,
  how: Disguise & { readonly moveOriginator: { aeTitle: string; messageId: number } | undefined },
): Promise<number> {
  const over = { ...instance, ...how.over };
  const context = association.contexts.find(
    (each) =>
      each.isScu &&
      each.abstractSyntax === over.sopClassUid &&
      each.transferSyntax === over.transferSyntaxUid,
  );
  if (context === undefined) return -1;
  const { moveOriginator } = how;
  const { response } = await association.request({
    contextId: context.id,
    command: {
      kind: 'C-STORE-RQ',
      messageId: association.nextMessageId(),
      affectedSopClassUid: how.sopClassUid ?? instance.sopClassUid,
      affectedSopInstanceUid: how.sopInstanceUid ?? instance.sopInstanceUid,
      priority: 0,
      ...(moveOriginator === undefined
        ? {}
        : {
            moveOriginatorAeTitle: moveOriginator.aeTitle,
            moveOriginatorMessageId: moveOriginator.messageId,
          }),
      hasDataSet: true,
    },
    dataSet: how.dataSet ?? instance.dataSet,
  });
  return response.status;
}

function gather(done: (bytes: Uint8Array) => void): ByteSink {
  const chunks: Buffer[] = [];
  return {
    write: (chunk) => void chunks.push(Buffer.from(chunk)),
    async end() {
      done(Buffer.concat(chunks));
    },
    abort() {},
  };
}
