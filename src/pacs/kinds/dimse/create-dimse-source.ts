import { type DataSet, dataSetOf, type Instance, tag } from '../../../dicom/index.ts';
import {
  type Association,
  contextsMax,
  echo,
  find as findOn,
  formatStatus,
  statusCategory,
  type TlsClientOptions,
} from '../../../dimse/index.ts';
import type { Identified } from '../../../flow/index.ts';
import { identify } from '../../../flow/mint/identified.ts';
import { reveal } from '../../../flow/mint/reveal.ts';
import { assert } from '../../../lib/assert.ts';
import type { Clock } from '../../../lib/clock.ts';
import type { Log } from '../../../lib/log.ts';
import { isQueryFailure, pacsErrors } from '../../errors.ts';
import type { Guard } from '../../guard/index.ts';
import { type PacsLimits, pacsLimits } from '../../limits.ts';
import type { ListMemory } from '../../lists/list-memory.ts';
import type {
  CallOptions,
  ExpectedSeries,
  PacsCapabilities,
  PacsQuery,
  PacsSource,
  RetrieveUnit,
  SeriesRef,
} from '../../pacs-source.ts';
import { AssociationKeeper, type AssociationNeed } from './association-keeper.ts';
import { model, queryContexts } from './contexts.ts';
import { findExpected } from './expected.ts';
import { type MoveTarget, retrieveByGet, retrieveByMove } from './retrieve.ts';
import type { Phase } from './translate.ts';

/** A PACS that speaks DIMSE. */
export interface DimseSourceOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly callingAeTitle: string;
  readonly calledAeTitle: string;
  /** `auto` asks the PACS once: C-GET if it offers it, else C-MOVE. */
  readonly method: 'C-GET' | 'C-MOVE' | 'auto';
  /** Needed for C-MOVE; the PACS must know the receiver's AE title and address. */
  readonly moveTarget?: MoveTarget | undefined;
  readonly guard: Guard;
  /** What is remembered of the lists that PACS gave. */
  readonly lists: ListMemory;
  readonly tls?: TlsClientOptions | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<PacsLimits> | undefined;
}

/** Make the source of a PACS that speaks DIMSE. Opens nothing yet. */
export function createDimseSource(options: DimseSourceOptions): PacsSource {
  return new DimseSource(options);
}

class DimseSource implements PacsSource {
  readonly name: string;
  readonly #options: DimseSourceOptions;
  readonly #limits: PacsLimits;
  readonly #keeper: AssociationKeeper;
  #method: 'C-GET' | 'C-MOVE' | undefined;

  constructor(options: DimseSourceOptions) {
    assert(
      options.method !== 'C-MOVE' || options.moveTarget !== undefined,
      'C-MOVE needs a receiver',
    );
    this.name = options.name;
    this.#options = options;
    this.#limits = { ...pacsLimits, ...options.limits };
    this.#keeper = new AssociationKeeper({
      peer: options,
      guard: options.guard,
      clock: options.clock,
      lingerMs: this.#limits.lingerMs,
    });
    if (options.method !== 'auto') this.#method = options.method;
  }

  async probe(options: CallOptions): Promise<PacsCapabilities> {
    const contexts = queryContexts(model.find, model.get, model.move);
    const { offered, echoMs } = await this.#keeper.with(
      this.#need(contexts, 'PACS_QUERY_FAILED', options),
      async (association) => ({
        offered: association.contexts.map(({ abstractSyntax }) => abstractSyntax),
        echoMs: await this.#measureEcho(association, options),
      }),
    );
    const retrieveMethods = (['C-GET', 'C-MOVE'] as const).filter((method) =>
      offered.includes(method === 'C-GET' ? model.get : model.move),
    );
    const capabilities = {
      retrieveMethods,
      imageLevelFind: await this.#canListImages(options),
      echoMs,
    };
    this.#options.log.info('pacs.probed', {
      pacs: this.name,
      methods: retrieveMethods.join(' '),
      imageLevelFind: capabilities.imageLevelFind,
      echoMs,
    });
    return capabilities;
  }

  /**
   * The answers are held until the query is over: a reader that asks the same PACS about each
   * answer would otherwise wait for a permit that its own query holds.
   */
  async *find(
    query: Identified<PacsQuery>,
    options: CallOptions,
  ): AsyncGenerator<Identified<DataSet>, void, void> {
    for (const answer of await this.#findAll(reveal(query), options)) yield identify(answer);
  }

  async expected(
    series: Identified<SeriesRef>,
    { withShapes = false, ...options }: CallOptions & { readonly withShapes?: boolean },
  ): Promise<Identified<ExpectedSeries>> {
    const find = (query: PacsQuery): Promise<readonly DataSet[]> => this.#findAll(query, options);
    const { lists: memory, log } = this.#options;
    const ports = { pacs: this.name, find, memory, log };
    return identify(await findExpected(ports, reveal(series), { withShapes }));
  }

  async *retrieve(
    unit: Identified<RetrieveUnit>,
    options: CallOptions,
  ): AsyncGenerator<Identified<Instance>, void, void> {
    const { moveTarget, log } = this.#options;
    const asked = reveal(unit);
    assert(
      asked.sopInstanceUids.length <= this.#limits.unitInstancesMax,
      'a unit has at most 100 instances',
    );
    const { priority = 'interactive', signal } = options;
    const how = { priority, signal, log } as const;
    this.#method ??= await this.#chooseMethod(options);
    if (this.#method === 'C-GET') return yield* retrieveByGet(this.#keeper, asked, how);
    assert(moveTarget !== undefined, 'C-MOVE needs a receiver');
    yield* retrieveByMove(this.#keeper, asked, { ...how, target: moveTarget });
  }

  close(): Promise<void> {
    return this.#keeper.close();
  }

  async #findAll(query: PacsQuery, options: CallOptions): Promise<readonly DataSet[]> {
    const level = dataSetOf({ QueryRetrieveLevel: query.level });
    const identifier: DataSet = new Map([...query.keys, ...level].sort(([a], [b]) => a - b));
    const need = this.#need(queryContexts(model.find), 'PACS_QUERY_FAILED', options);
    return this.#keeper.with(need, async (association) => {
      const answers: DataSet[] = [];
      let heldBytes = 0;
      const onAnswerBytes = (length: number): void => {
        heldBytes += length;
        if (heldBytes > this.#limits.answersBytesMax)
          throw pacsErrors.create('PACS_QUERY_TOO_LARGE');
      };
      const query = { sopClassUid: model.find, identifier, onAnswerBytes, signal: options.signal };
      for await (const answer of findOn(association, query)) {
        answers.push(onlyAsked(answer, identifier));
        if (answers.length > this.#limits.answersMax)
          throw pacsErrors.create('PACS_QUERY_TOO_LARGE');
      }
      return answers;
    });
  }

  async #measureEcho(association: Association, options: CallOptions): Promise<number> {
    const startMs = this.#options.clock.monotonicMs();
    const status = await echo(association, options);
    const echoMs = this.#options.clock.monotonicMs() - startMs;
    if (statusCategory(status) !== 'success') {
      throw pacsErrors.create('PACS_QUERY_FAILED', { message: `C-ECHO ${formatStatus(status)}` });
    }
    this.#options.guard.observe(echoMs);
    return echoMs;
  }

  /** Ask for the images of a study that no archive has: only the status matters. */
  async #canListImages(options: CallOptions): Promise<boolean> {
    const keys = dataSetOf({
      StudyInstanceUID: '2.25.0',
      SeriesInstanceUID: '2.25.0',
      SOPInstanceUID: '',
    });
    try {
      await this.#findAll({ level: 'IMAGE', keys }, options);
      return true;
    } catch (error) {
      if (isQueryFailure(error)) return false;
      throw error;
    }
  }

  async #chooseMethod(options: CallOptions): Promise<'C-GET' | 'C-MOVE'> {
    const { retrieveMethods } = await this.probe(options);
    if (retrieveMethods.includes('C-GET')) return 'C-GET';
    const canMove = retrieveMethods.includes('C-MOVE') && this.#options.moveTarget !== undefined;
    if (!canMove) throw pacsErrors.create('PACS_NO_METHOD');
    return 'C-MOVE';
  }

  #need(
    contexts: AssociationNeed['contexts'],
    phase: Phase,
    options: CallOptions,
  ): AssociationNeed {
    assert(contexts.length <= contextsMax, 'the contexts fit into one association');
    const { priority = 'interactive', signal } = options;
    return { contexts, weight: 1, phase, priority, signal };
  }
}

/** Attributes that say how an answer is to be read, whether they were asked for or not. */
const ofAnyAnswer = new Set<number>([
  tag.SpecificCharacterSet,
  tag.TimezoneOffsetFromUTC,
  tag.RetrieveAETitle,
  tag.InstanceAvailability,
]);

/** An archive may answer more than it was asked: that is neither needed here nor held. */
function onlyAsked(answer: DataSet, identifier: DataSet): DataSet {
  return new Map([...answer].filter(([key]) => identifier.has(key) || ofAnyAnswer.has(key)));
}
