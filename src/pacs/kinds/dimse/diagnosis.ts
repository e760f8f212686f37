import type { DataSet } from '../../../dicom/index.ts';
import { type Association, type ContextProposal, dimseStatus, get } from '../../../dimse/index.ts';
import { acceptedTransferSyntaxes, knownTransferSyntaxes } from '../../transfer-syntaxes.ts';
import { model, queryContexts } from './contexts.ts';

/**
 * Contexts that let a PACS send an instance in whatever transfer syntax it is held. Those that we
 * take are among them, so that a PACS that converts has no reason to.
 */
export function diagnosticContexts(sopClassUid: string): ContextProposal[] {
  const storage = knownTransferSyntaxes.map((syntax) => ({
    abstractSyntax: sopClassUid,
    transferSyntaxes: [syntax],
    asScp: true,
  }));
  return [...queryContexts(model.get), ...storage];
}

/**
 * Have one instance sent that did not come, only to learn its transfer syntax; what comes is
 * refused and thrown away.
 *
 * @returns a transfer syntax that we do not take; undefined if that is not what was wrong
 */
export async function learnTransferSyntax(
  association: Association,
  options: { readonly identifier: DataSet; readonly signal: AbortSignal },
): Promise<string | undefined> {
  let learnt: string | undefined;
  await get(association, {
    ...options,
    sopClassUid: model.get,
    onStore: ({ transferSyntaxUid }) => {
      learnt ??= transferSyntaxUid;
      return { refusedWith: dimseStatus.unableToProcess };
    },
  });
  return learnt === undefined || acceptedTransferSyntaxes.includes(learnt) ? undefined : learnt;
}
