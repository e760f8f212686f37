import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DataSet } from '../../../dicom/index.ts';
import { dimseStatus } from '../../message/status.ts';
import type { Operation, QueryRequest } from '../operation.ts';

/** Answers a C-FIND with its matches; stops when the signal aborts. */
export type OnFind = (query: QueryRequest) => AsyncIterable<DataSet> | Iterable<DataSet>;

/** Answers sent before the event loop gets a turn: a C-CANCEL, and every other peer, must be heard. */
const answersPerTurn = 32;

/** C-FIND as SCP: a pending response per match, then the final one. @standard PS3.4 §C.4.1.3 */
export async function provideFind(operation: Operation, onFind: OnFind): Promise<void> {
  const { query } = operation;
  let answers = 0;
  for await (const match of onFind(query)) {
    if (query.signal.aborted) return operation.respond({ status: dimseStatus.cancel });
    await operation.respond({ status: dimseStatus.pending }, match);
    answers += 1;
    if (answers % answersPerTurn === 0) await nextTurn();
  }
  await operation.respond({
    status: query.signal.aborted ? dimseStatus.cancel : dimseStatus.success,
  });
}
