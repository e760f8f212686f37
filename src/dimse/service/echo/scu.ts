import { sopClass } from '../../../dicom/index.ts';
import type { Association } from '../../association/association.ts';
import { contextFor } from '../context-for.ts';

/** C-ECHO: ask the peer for a sign of life; resolves with the status. @standard PS3.4 §A */
export async function echo(
  association: Association,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  const { response } = await association.request({
    contextId: contextFor(association, sopClass.Verification).id,
    command: {
      kind: 'C-ECHO-RQ',
      messageId: association.nextMessageId(),
      affectedSopClassUid: sopClass.Verification,
      hasDataSet: false,
    },
    signal: options.signal,
  });
  return response.status;
}
