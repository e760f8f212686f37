import type { DataSet } from '../../../dicom/index.ts';
import type { ImageComponent } from '../../image-kind.ts';
import type { PrivateName } from '../../private-elements.ts';
import { numberAs, privateElement } from '../../scan/elements.ts';

const rawDataType: PrivateName = { creator: 'GEMS_PARM_01', group: 0x0043, element: 0x2f };

/** By the number that stands for each. */
const components: readonly ImageComponent[] = ['magnitude', 'phase', 'real', 'imaginary'];

/** Which part of a complex signal an image of GE is, whose Image Type says it of none. */
export function geComponent(header: DataSet): ImageComponent | undefined {
  const number = numberAs(privateElement([header], rawDataType), 'SS');
  return number === undefined ? undefined : components[number];
}
