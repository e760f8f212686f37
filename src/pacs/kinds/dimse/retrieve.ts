import { type DataSet, dataSetOf, type Instance } from '../../../dicom/index.ts';
import {
  type Association,
  dimseStatus,
  formatStatus,
  get,
  move,
  type RetrieveResult,
  statusCategory,
  statusMeaning,
} from '../../../dimse/index.ts';
import type { Identified } from '../../../flow/index.ts';
import { codeOf } from '../../../lib/errors/mdm-error.ts';
import type { Log } from '../../../lib/log.ts';
import { pacsLimits } from '../../limits.ts';
import type { RetrieveUnit } from '../../pacs-source.ts';
import type { Receiver } from '../../receiver/index.ts';
import type { AssociationKeeper, AssociationNeed } from './association-keeper.ts';
import { getContexts, model, queryContexts } from './contexts.ts';
import { diagnosticContexts, learnTransferSyntax } from './diagnosis.ts';
import { Handover } from './handover.ts';
import type { MoveSender } from './move-sender.ts';
import { RetrieveIntake } from './retrieve-intake.ts';
import { retrieveError, transferSyntaxError } from './translate.ts';

/** How to retrieve. */
export interface RetrieveHow extends Pick<AssociationNeed, 'priority' | 'signal'> {
  readonly log: Log;
}

/** What a C-MOVE needs beside the association that it is asked over. */
export interface MoveTarget {
  readonly receiver: Receiver;
  /** The PACS as the one that sends to the receiver. */
  readonly sender: MoveSender;
  /** Whether its C-STORE requests name the C-MOVE that they belong to. */
  readonly moveOriginator: 'present' | 'absent';
}

interface Retrieve {
  readonly keeper: AssociationKeeper;
  readonly unit: RetrieveUnit;
  readonly how: RetrieveHow;
  readonly intake: RetrieveIntake;
  /** Aborts when the reader has left, when it is told to stop, or when the intake cannot go on. */
  readonly signal: AbortSignal;
}

/** Retrieve a unit by C-GET, over as many associations as its SOP classes need contexts. */
export function retrieveByGet(
  keeper: AssociationKeeper,
  unit: RetrieveUnit,
  how: RetrieveHow,
): AsyncGenerator<Identified<Instance>, void, void> {
  return handOver({ keeper, unit, how }, async (retrieve) => {
    const { intake, signal } = retrieve;
    const groups = getContexts(unit.sopClassUids);
    const results: RetrieveResult[] = [];
    for (const contexts of groups) {
      const need = { ...needOf(how), contexts, weight: 1 } as const;
      const result = await keeper.with(need, (association) =>
        get(association, {
          sopClassUid: model.get,
          identifier: identifierOf(unit),
          onStore: (request) => intake.receive(request),
          signal,
        }),
      );
      results.push(result);
      tellEnd(retrieve, result);
    }
    intake.finish();
    await explain(retrieve, results);
    // One group of several lacks the contexts of the others, so its failures mean nothing.
    if (groups.length === 1) results.forEach(checkResult);
  });
}

/** Retrieve a unit by C-MOVE to the receiver. */
export function retrieveByMove(
  keeper: AssociationKeeper,
  unit: RetrieveUnit,
  how: RetrieveHow & { readonly target: MoveTarget },
): AsyncGenerator<Identified<Instance>, void, void> {
  const need = {
    ...needOf(how),
    contexts: queryContexts(model.move, model.find),
    weight: 2,
    limits: { responseMs: pacsLimits.moveSilenceMs },
  } as const;
  return handOver({ keeper, unit, how }, async (retrieve) => {
    await how.target.sender.refresh();
    const result = await keeper.with(need, (association) =>
      moveTo(association, retrieve, how.target),
    );
    tellEnd(retrieve, result);
    retrieve.intake.finish();
    retrieve.intake.checkContexts();
    checkResult(result);
  });
}

function needOf({ priority, signal }: RetrieveHow) {
  return { priority, signal, phase: 'PACS_RETRIEVE_FAILED' } as const;
}

async function moveTo(
  association: Association,
  { unit, intake, signal }: Retrieve,
  { receiver, sender, moveOriginator }: MoveTarget,
): Promise<RetrieveResult> {
  const messageId = association.nextMessageId();
  const forget = receiver.expect({
    sender,
    moveOriginatorAeTitle: association.callingAeTitle,
    messageId,
    mayOmitOriginator: moveOriginator === 'absent',
    sopInstanceUids: new Set(unit.sopInstanceUids),
    onStore: (request) => intake.receive(request),
    onOriginatorMissing: () => intake.originatorMissing(),
    onContextRefused: (context) => intake.contextRefused(context),
  });
  try {
    return await move(association, {
      sopClassUid: model.move,
      identifier: identifierOf(unit),
      destination: receiver.aeTitle,
      messageId,
      signal,
    });
  } finally {
    forget();
  }
}

/**
 * Let a reader pull what `retrieve` pushes. If the reader leaves, or the signal aborts, the
 * retrieve is cancelled and what still comes is thrown away.
 */
async function* handOver(
  options: Pick<Retrieve, 'keeper' | 'unit' | 'how'>,
  retrieve: (retrieve: Retrieve) => Promise<void>,
): AsyncGenerator<Identified<Instance>, void, void> {
  const { unit, how } = options;
  const handover = new Handover();
  const intake = new RetrieveIntake({ unit, handover, log: how.log });
  const left = new AbortController();
  const outer = how.signal === undefined ? [] : [how.signal];
  const signal = AbortSignal.any([...outer, left.signal, intake.signal]);
  signal.addEventListener('abort', () => handover.discard(signal.reason), { once: true });
  const done = retrieve({ ...options, intake, signal }).then(
    () => handover.close(),
    (error: unknown) => handover.fail(error),
  );
  try {
    yield* handover.read();
  } finally {
    left.abort();
    await done;
  }
}

/**
 * If sub-operations failed and an instance did not come, find out whether its transfer syntax is
 * why: the statuses of C-GET do not tell.
 * @throws MdmError `PACS_TRANSFER_SYNTAX`
 */
async function explain(retrieve: Retrieve, results: readonly RetrieveResult[]): Promise<void> {
  const { keeper, unit, how, intake, signal } = retrieve;
  const missing = intake.missing();
  const sopClassUid = missing === undefined ? undefined : intake.classOf(missing);
  const didFail = results.some(({ status }) => mayLackContext(status));
  if (missing === undefined || sopClassUid === undefined || !didFail) return;
  const contexts = diagnosticContexts(sopClassUid);
  const need = { ...needOf(how), contexts, weight: 1, isKept: false } as const;
  const identifier = identifierOf({ ...unit, sopInstanceUids: [missing] });
  let learnt: string | undefined;
  try {
    learnt = await keeper.with(need, (association) =>
      learnTransferSyntax(association, { identifier, signal }),
    );
  } catch (error) {
    how.log.warn('pacs.diagnosis_failed', { code: codeOf(error) });
  }
  if (learnt !== undefined) throw transferSyntaxError([learnt], how.log);
}

/** Statuses that archives give where they have no presentation context for an instance. */
function mayLackContext(status: number): boolean {
  const category = statusCategory(status);
  return category === 'warning' || (category === 'failure' && statusMeaning(status).isPassing);
}

/** What a PACS says of a retrieve that it did not end with success, unless we cancelled it. */
function tellEnd({ how, signal }: Retrieve, { status, ...counts }: RetrieveResult): void {
  if (status === dimseStatus.success || signal.aborted) return;
  how.log.warn('pacs.retrieve_ended', { status: formatStatus(status), ...counts });
}

/** A warning means that some did not come: that is for the caller to see by what it holds. */
function checkResult({ status }: RetrieveResult): void {
  const category = statusCategory(status);
  if (category === 'success' || category === 'warning') return;
  if (status !== dimseStatus.cancel) throw retrieveError(status);
}

/** IMAGE level in the order asked, else the whole series. @standard PS3.4 §C.4.2.2.1 */
function identifierOf(unit: RetrieveUnit): DataSet {
  const { studyInstanceUid, seriesInstanceUid } = unit.series;
  const series = { StudyInstanceUID: studyInstanceUid, SeriesInstanceUID: seriesInstanceUid };
  return unit.sopInstanceUids.length === 0
    ? dataSetOf({ QueryRetrieveLevel: 'SERIES', ...series })
    : dataSetOf({
        QueryRetrieveLevel: 'IMAGE',
        ...series,
        SOPInstanceUID: unit.sopInstanceUids,
      });
}
