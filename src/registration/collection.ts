import type { CollectionOffer } from '../catalog/catalog.ts';
import type { Deidentifier } from '../deid/deidentifier.ts';
import type { Deidentified, Identified } from '../flow/index.ts';
import type { CollectionFilter, SeriesHolding, SeriesNames } from '../pacs/index/index.ts';

/** A collection as the clinical side sees it: what it shows, and how it is de-identified. */
export interface Collection {
  readonly offer: CollectionOffer;
  readonly filter: CollectionFilter;
  readonly deidentifier: Deidentifier;
  /** The pseudonyms of a series under the collection's key. */
  readonly namesOf: (holding: Identified<SeriesHolding>) => Deidentified<SeriesNames>;
}
