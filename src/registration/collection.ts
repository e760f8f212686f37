import type { CollectionOffer } from '../catalog/catalog.ts';
import type { Deidentifier, Pseudonyms } from '../deid/index.ts';
import type { CollectionFilter } from '../pacs/index/index.ts';

/** A collection as the clinical side sees it: what it shows, and how it is de-identified. */
export interface Collection {
  readonly offer: CollectionOffer;
  readonly filter: CollectionFilter;
  readonly deidentifier: Deidentifier;
  /** Names under the collection's key. */
  readonly pseudonyms: Pseudonyms;
}
