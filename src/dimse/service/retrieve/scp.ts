import { type DataSet, dataSetOf } from '../../../dicom/index.ts';
import type { Association } from '../../association/association.ts';
import type { AssociateOutcome } from '../../association/outcome.ts';
import type { ContextProposal } from '../../association/presentation-context.ts';
import { dimseErrors } from '../../errors.ts';
import type { SubOperationCounts } from '../../message/command.ts';
import { dimseStatus, statusCategory } from '../../message/status.ts';
import { type Operation, QueryFailure, type QueryRequest } from '../operation.ts';
import { type StorableInstance, type StoreOptions, store } from '../store/scu.ts';

/** The instances that a retrieve asks for, in the order they are to be sent. */
export type OnGet = (query: QueryRequest) => Promise<readonly StorableInstance[]>;

/** A C-MOVE that can be done. */
export interface MovePlan {
  readonly instances: readonly StorableInstance[];
  /** Ask the destination for an association that takes `contexts`. */
  open(contexts: readonly ContextProposal[]): Promise<AssociateOutcome>;
}

/** Plans a C-MOVE; undefined when the destination is not known. */
export type OnMove = (
  query: QueryRequest & { readonly destination: string },
) => Promise<MovePlan | undefined>;

/** C-GET as SCP: sub-operations over the association of the request. @standard PS3.4 §C.4.3.3 */
export async function provideGet(operation: Operation, onGet: OnGet): Promise<void> {
  const instances = await onGet(operation.query);
  await sendAll(operation, instances, { association: operation.association });
}

/** C-MOVE as SCP: sub-operations over an association with the destination. @standard PS3.4 §C.4.2.3 */
export async function provideMove(operation: Operation, onMove: OnMove): Promise<void> {
  const { request, association, query } = operation;
  const { command } = request;
  const destination = command.kind === 'C-MOVE-RQ' ? command.moveDestination : '';
  const plan = await onMove({ ...query, destination });
  if (plan === undefined) throw new QueryFailure(dimseStatus.moveDestinationUnknown);
  if (plan.instances.length === 0) return sendAll(operation, [], { association });
  const outcome = await plan.open(storageContexts(plan.instances));
  if (outcome.kind !== 'accepted') throw new QueryFailure(dimseStatus.outOfResourcesSubOperations);
  const moveOriginator = { aeTitle: association.callingAeTitle, messageId: command.messageId };
  try {
    await sendAll(operation, plan.instances, { association: outcome.association, moveOriginator });
  } finally {
    await outcome.association.release();
  }
}

/** One context per SOP class and transfer syntax that `instances` have. */
export function storageContexts(instances: readonly StorableInstance[]): ContextProposal[] {
  const proposals = new Map<string, ContextProposal>();
  for (const { sopClassUid, transferSyntaxUid } of instances) {
    proposals.set(`${sopClassUid} ${transferSyntaxUid}`, {
      abstractSyntax: sopClassUid,
      transferSyntaxes: [transferSyntaxUid],
    });
  }
  return [...proposals.values()];
}

interface Target extends StoreOptions {
  readonly association: Association;
}

async function sendAll(
  operation: Operation,
  instances: readonly StorableInstance[],
  target: Target,
): Promise<void> {
  const counts = { completed: 0, failed: 0, warning: 0 };
  const failedUids: string[] = [];
  for (const [index, instance] of instances.entries()) {
    const remaining = instances.length - index;
    if (operation.query.signal.aborted) {
      return operation.respond({ status: dimseStatus.cancel, ...counts, remaining });
    }
    const outcome = await storeOne(instance, target);
    counts[outcome] += 1;
    if (outcome === 'failed') failedUids.push(instance.sopInstanceUid);
    if (remaining > 1) {
      await operation.respond({
        status: dimseStatus.pending,
        ...counts,
        remaining: remaining - 1,
      });
    }
  }
  await operation.respond({ status: finalStatus(counts), ...counts }, failedList(failedUids));
}

async function storeOne(
  instance: StorableInstance,
  { association, moveOriginator }: Target,
): Promise<'completed' | 'failed' | 'warning'> {
  try {
    const category = statusCategory(await store(association, instance, { moveOriginator }));
    if (category === 'success') return 'completed';
    return category === 'warning' ? 'warning' : 'failed';
  } catch (error) {
    // No context for it, or the file went away: the others can still be sent.
    if (dimseErrors.has(error) && error.code !== 'DIMSE_CONTEXT_NOT_ACCEPTED') throw error;
    return 'failed';
  }
}

/** @standard PS3.4 §C.4.2.1.5, Table C.4-2 */
function finalStatus(counts: Required<Omit<SubOperationCounts, 'remaining'>>): number {
  if (counts.failed === 0) return dimseStatus.success;
  return counts.completed + counts.warning === 0
    ? dimseStatus.outOfResourcesSubOperations
    : dimseStatus.subOperationsFailed;
}

function failedList(uids: readonly string[]): DataSet | undefined {
  return uids.length === 0 ? undefined : dataSetOf({ FailedSOPInstanceUIDList: uids });
}
