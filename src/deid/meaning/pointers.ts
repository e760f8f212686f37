import { isPrivateTag, lookup, type Tag } from '../../dicom/index.ts';

/**
 * Private attributes that manufacturers are known to point at with a dimension index: Image Type MR,
 * Scanning Sequence, and the sequence around them, of Philips (dcm_qa_enh, neurolabusc).
 */
const vendorPointers: ReadonlySet<Tag> = new Set([0x20051011, 0x2005106e, 0x2005140f]);

/** Whether a value of AT points at an attribute that exists: any other four bytes are no pointer. */
export function isKnownPointer(tag: Tag): boolean {
  return isPrivateTag(tag) ? vendorPointers.has(tag) : lookup(tag) !== undefined;
}
