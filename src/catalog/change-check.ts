import type { CatalogChange, CollectionOffer, SeriesAnnouncement, SeriesPlace } from './catalog.ts';
import type { ProductsByName } from './context.ts';
import { catalogErrors } from './errors.ts';

/** A site's or collection's name; a collection may be a snapshot, `lung@2`. */
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:@[a-z0-9-]{1,32})?$/;
const pseudonym = (prefix: string): RegExp => new RegExp(`^${prefix}-[0-9a-z]{1,32}$`);
const patient = pseudonym('p');
const study = pseudonym('t');
const series = pseudonym('s');
const instance = pseudonym('i');

/**
 * Refuse a change whose names are not of the tree's form: the last place where a patient's name or
 * a path could get in.
 * @throws CATALOG_CHANGE_INVALID
 */
export function checkChange(change: CatalogChange, products: ProductsByName): void {
  switch (change.kind) {
    case 'collection':
      return checkOffer(change.offer, products);
    case 'series':
      return checkSeries(change.series);
    case 'collection-hidden':
      return check(label.test(change.site) && label.test(change.collection), 'site or collection');
    case 'series-hidden':
    case 'series-conflict':
    case 'series-withdrawn':
      return checkPlace(change.place);
    case 'series-reassigned':
      checkPlace(change.from);
      return checkSeries(change.series);
  }
}

function checkOffer(offer: CollectionOffer, products: ProductsByName): void {
  check(label.test(offer.site) && label.test(offer.name), 'site or collection');
  check(offer.delivery === 'open' || offer.delivery === 'sealed', 'delivery');
  check(
    offer.formats.every((format) => products.has(format)),
    'formats',
  );
}

function checkPlace(place: SeriesPlace): void {
  check(label.test(place.site) && label.test(place.collection), 'site or collection');
  check(patient.test(place.patientName), 'patient name');
  check(study.test(place.studyName), 'study name');
  check(series.test(place.seriesName), 'series name');
}

function checkSeries(announced: SeriesAnnouncement): void {
  checkPlace(announced);
  check(
    announced.instanceNames.every((name) => instance.test(name)),
    'instance name',
  );
}

function check(holds: boolean, what: string): void {
  if (!holds) throw catalogErrors.create('CATALOG_CHANGE_INVALID', { context: { what } });
}
