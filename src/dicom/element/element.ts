/** A tag as one number: group in the upper, element in the lower 16 bits; 0x00100010 is (0010,0010). */
export type Tag = number;

/** Value representations. @standard PS3.5 §6.2, Table 6.2-1 */
export type Vr =
  | 'AE'
  | 'AS'
  | 'AT'
  | 'CS'
  | 'DA'
  | 'DS'
  | 'DT'
  | 'FD'
  | 'FL'
  | 'IS'
  | 'LO'
  | 'LT'
  | 'OB'
  | 'OD'
  | 'OF'
  | 'OL'
  | 'OV'
  | 'OW'
  | 'PN'
  | 'SH'
  | 'SL'
  | 'SQ'
  | 'SS'
  | 'ST'
  | 'SV'
  | 'TM'
  | 'UC'
  | 'UI'
  | 'UL'
  | 'UN'
  | 'UR'
  | 'US'
  | 'UT'
  | 'UV';

/** One data element held in memory. */
export type DataElement =
  | { readonly tag: Tag; readonly vr: Exclude<Vr, 'SQ'>; readonly value: Uint8Array }
  | { readonly tag: Tag; readonly vr: 'SQ'; readonly items: ItemList };

/**
 * The items of a sequence: an array, or a list that makes each item when it is asked for, because
 * thousands of them would not be small. Two calls may give two copies of an item.
 */
export interface ItemList extends Iterable<DataSet> {
  readonly length: number;
  at(index: number): DataSet | undefined;
  map<T>(change: (item: DataSet, index: number) => T): T[];
  /** Elements that several of the items have, each one object in all of them; none of an array. */
  readonly shared?: ReadonlySet<DataElement>;
}

/**
 * A small data set held in memory: identifiers, command sets, image headers without pixel data.
 * Values are little endian whatever they were read from.
 */
export type DataSet = ReadonlyMap<Tag, DataElement>;
