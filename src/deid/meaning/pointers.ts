import { isPrivateTag, lookup, type Tag } from '../../dicom/index.ts';

/**
 * Private attributes that manufacturers are known to point at with a dimension index: Image Type MR,
 * Scanning Sequence, phase, number of the b-value and of the gradient, order of the diffusion volumes,
 * label or control, and the sequence around them, of Philips (dcm_qa_enh and dcm2niix).
 */
const vendorPointers: ReadonlySet<Tag> = new Set([
  0x20011008, 0x20051011, 0x2005106e, 0x2005140f, 0x20051412, 0x20051413, 0x20051429, 0x20051596,
]);

/** Whether a value of AT points at an attribute that exists: any other four bytes are no pointer. */
export function isKnownPointer(tag: Tag): boolean {
  return isPrivateTag(tag) ? vendorPointers.has(tag) : lookup(tag) !== undefined;
}
