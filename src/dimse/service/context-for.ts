import type { Association } from '../association/association.ts';
import type { PresentationContext } from '../association/presentation-context.ts';
import { dimseErrors } from '../errors.ts';

/** The context accepted for a SOP class. @throws MdmError `DIMSE_CONTEXT_NOT_ACCEPTED` */
export function contextFor(association: Association, sopClassUid: string): PresentationContext {
  const found = association.contexts.find(
    (context) => context.abstractSyntax === sopClassUid && context.isScu,
  );
  if (found === undefined) {
    throw dimseErrors.create('DIMSE_CONTEXT_NOT_ACCEPTED', { context: { sopClassUid } });
  }
  return found;
}
