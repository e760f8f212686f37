import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of a production as a whole. */
export const productionErrors = defineErrors('production', {
  PRODUCTION_INCOMPLETE: {
    disposition: 'transient',
    meaning: 'Fewer instances arrived than the series holds; nothing of it is published.',
    user: 'Try again once; if it stays, tell the site operator the numbers.',
    operator: 'Compare the series at the PACS with its database; the context names the counts.',
  },
  PRODUCTION_SLICES_OUT_OF_ORDER: {
    disposition: 'permanent',
    meaning: 'Slices arrived so far out of order that they exceed the memory of a recall.',
    user: 'Read the instances instead, where the collection lists them.',
    operator: 'The PACS ignores the order asked for; see sliceWindowBytes in docs/limits.md.',
  },
});
