import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of a production as a whole. */
export const productionErrors = defineErrors('production', {
  PRODUCTION_INCOMPLETE: {
    disposition: 'transient',
    meaning: 'Fewer instances arrived than the series holds; nothing of it is published.',
    user: 'Try again once; if it stays, tell the site operator the numbers.',
    operator: 'Compare the series at the PACS with its database; the context names the counts.',
  },
});
