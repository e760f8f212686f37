/** Item, starts an item of a sequence or a fragment. @standard PS3.5 §7.5 */
export const itemTag = 0xfffee000;
/** Item Delimitation Item. */
export const itemDelimitationTag = 0xfffee00d;
/** Sequence Delimitation Item. */
export const sequenceDelimitationTag = 0xfffee0dd;
/** The length that means: until the delimiter. */
export const undefinedLength = 0xffffffff;
