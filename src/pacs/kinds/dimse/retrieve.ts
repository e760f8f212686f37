import { type DataSet, dataSetOf, type Instance } from '../../../dicom/index.ts';
import {
  type Association,
  dimseStatus,
  get,
  move,
  type RetrieveResult,
  statusCategory,
} from '../../../dimse/index.ts';
import type { Identified } from '../../../flow/index.ts';
import { pacsLimits } from '../../limits.ts';
import type { RetrieveUnit } from '../../pacs-source.ts';
import type { Receiver } from '../../receiver/index.ts';
import type { AssociationKeeper, AssociationNeed } from './association-keeper.ts';
import { getContexts, model, queryContexts } from './contexts.ts';
import { Handover } from './handover.ts';
import { retrieveError } from './translate.ts';

type NeedOptions = Pick<AssociationNeed, 'priority' | 'signal'>;

/** Retrieve a unit by C-GET, over as many associations as its SOP classes need contexts. */
export async function* retrieveByGet(
  keeper: AssociationKeeper,
  unit: RetrieveUnit,
  options: NeedOptions,
): AsyncGenerator<Identified<Instance>, void, void> {
  const groups = getContexts(unit.sopClassUids);
  for (const contexts of groups) {
    const need = { ...options, contexts, weight: 1, phase: 'PACS_RETRIEVE_FAILED' } as const;
    yield* handOver(options.signal, (handover, signal) =>
      keeper.with(need, async (association) => {
        const result = await get(association, {
          sopClassUid: model.get,
          identifier: identifierOf(unit),
          onStore: (request) => handover.receive(request),
          signal,
        });
        // One group of several lacks the contexts of the others, so its failures mean nothing.
        if (groups.length === 1) checkResult(result);
      }),
    );
  }
}

/** Retrieve a unit by C-MOVE to the receiver. */
export function retrieveByMove(
  keeper: AssociationKeeper,
  unit: RetrieveUnit,
  options: NeedOptions & { readonly receiver: Receiver },
): AsyncGenerator<Identified<Instance>, void, void> {
  const need = {
    ...options,
    contexts: queryContexts(model.move, model.find),
    weight: 2,
    phase: 'PACS_RETRIEVE_FAILED',
    limits: { responseMs: pacsLimits.moveSilenceMs },
  } as const;
  return handOver(options.signal, (handover, signal) =>
    keeper.with(need, async (association) => {
      const messageId = association.nextMessageId();
      const forget = options.receiver.expect({
        moveOriginatorAeTitle: association.callingAeTitle,
        messageId,
        sopInstanceUids: new Set(unit.sopInstanceUids),
        onStore: (request) => handover.receive(request),
      });
      try {
        checkResult(await moveTo(association, { ...options, unit, messageId, signal }));
      } finally {
        forget();
      }
    }),
  );
}

function moveTo(
  association: Association,
  options: {
    readonly unit: RetrieveUnit;
    readonly messageId: number;
    readonly receiver: Receiver;
    readonly signal: AbortSignal;
  },
): Promise<RetrieveResult> {
  return move(association, {
    sopClassUid: model.move,
    identifier: identifierOf(options.unit),
    destination: options.receiver.aeTitle,
    messageId: options.messageId,
    signal: options.signal,
  });
}

/**
 * Let a reader pull what `retrieve` pushes. If the reader leaves, or the signal aborts, the
 * retrieve is cancelled and what still comes is thrown away.
 */
async function* handOver(
  outer: AbortSignal | undefined,
  retrieve: (handover: Handover, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<Identified<Instance>, void, void> {
  const handover = new Handover();
  const left = new AbortController();
  const signal = outer === undefined ? left.signal : AbortSignal.any([outer, left.signal]);
  signal.addEventListener('abort', () => handover.discard(signal.reason), { once: true });
  const done = retrieve(handover, signal).then(
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
