import type { DataSet } from '../../../dicom/index.ts';
import { dimseStatus } from '../../message/status.ts';
import type { Operation, QueryRequest } from '../operation.ts';

/** Answers a C-FIND with its matches; stops when the signal aborts. */
export type OnFind = (query: QueryRequest) => AsyncIterable<DataSet> | Iterable<DataSet>;

/** C-FIND as SCP: a pending response per match, then the final one. @standard PS3.4 §C.4.1.3 */
export async function provideFind(operation: Operation, onFind: OnFind): Promise<void> {
  const { query } = operation;
  for await (const match of onFind(query)) {
    if (query.signal.aborted) return operation.respond({ status: dimseStatus.cancel });
    await operation.respond({ status: dimseStatus.pending }, match);
  }
  await operation.respond({
    status: query.signal.aborted ? dimseStatus.cancel : dimseStatus.success,
  });
}
