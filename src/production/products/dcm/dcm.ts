import type { InstanceProduct } from '../product.ts';

/** The de-identified instance. @standard PS3.10 §7, RFC 3240 */
export const dcm: InstanceProduct = {
  name: 'dcm',
  of: 'instance',
  mediaType: 'application/dicom',
};
