import type { DataSet } from '../../../dicom/index.ts';
import { textOf } from '../../element-text.ts';
import { type PrivateName, privateElements } from '../../private-elements.ts';

const creator = 'GEMS_ACQU_01';
const sequence: PrivateName = { creator, group: 0x0019, element: 0x9c };
/** Of this sequence: 0 forward, 1 reversed, 2 and 3 in turns. Of others it means other things. */
const order: PrivateName = { creator, group: 0x0019, element: 0xb3 };

/**
 * Whether the rows of an image may be stored the other way about under an unchanged header, as GE's
 * sequence of both polarities does: then its orientation does not say how it lies, and of polarities
 * in turns no element says which image has which.
 */
export function hasReversedRows(header: DataSet): boolean {
  const isOfBoth = privateElements(header, sequence).some((held) => textOf(held) === 'epi_pepolar');
  if (!isOfBoth) return false;
  return privateElements(header, order).some((held) => !/^0*(\.0*)?$/.test(textOf(held)));
}
