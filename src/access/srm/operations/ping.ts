import type { SrmOperation } from '../operation.ts';
import { element, field } from '../soap/writer.ts';

/** The version spoken here. Clients ask before they copy. @standard SRM 2.2 §6.7 (srmPing) */
export const srmPing: SrmOperation = () =>
  Promise.resolve([
    field('versionInfo', 'v2.2'),
    element(
      'otherInfo',
      element('extraInfoArray', field('key', 'backend_type'), field('value', 'MDM')),
    ),
  ]);
