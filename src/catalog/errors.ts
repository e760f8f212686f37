import { defineErrors } from '../lib/errors/error-table.ts';

/** Failures of the catalog. */
export const catalogErrors = defineErrors('catalog', {
  CATALOG_FEED_GAP: {
    disposition: 'transient',
    meaning: 'Changes of the clinical index came with one missing before them.',
    user: 'Nothing to do.',
    operator: 'Nothing to do: the feed starts again after the last change that was applied.',
  },
  CATALOG_CHANGE_INVALID: {
    disposition: 'permanent',
    meaning: 'A change of the clinical index names something that cannot be a name here.',
    user: 'Nothing to do.',
    operator: 'Report it with the sequence number in the log; the series is left out until then.',
  },
  CATALOG_NAME_CONFLICT: {
    disposition: 'permanent',
    meaning: 'A series was announced under another patient or study than before.',
    user: 'Nothing to do.',
    operator:
      'Report it with the sequence number in the log: names are never merged, and the series stays as it was.',
  },
  CATALOG_FILE_GONE: {
    disposition: 'permanent',
    meaning: 'The file was withdrawn, hidden or held back while it was being produced.',
    user: 'Nothing to do: it is no longer offered.',
    operator: 'Nothing to do.',
  },
  CATALOG_VERSION_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'A replica was to be published for a version that the catalog does not know.',
    user: 'Nothing to do.',
    operator: 'Report it.',
  },
  CATALOG_QUERY_TOO_LARGE: {
    disposition: 'permanent',
    meaning: 'A metadata query has more conditions, or longer ones, than a query may.',
    user: 'Use fewer conditions and shorter patterns.',
    operator: 'See docs/limits.md.',
  },
  CATALOG_NODE_UNKNOWN: {
    disposition: 'permanent',
    meaning: 'A lock was to be set where nothing is.',
    user: 'Use a path as the listing shows it.',
    operator: 'Nothing to do.',
  },
  CATALOG_LOCKED: {
    disposition: 'permanent',
    meaning: 'An operator locked the file while it was being produced.',
    user: 'Ask an operator of the site.',
    operator: '`mdm lock --list` shows what is locked, by whom and why.',
  },
  CATALOG_LOCKS_TOO_MANY: {
    disposition: 'permanent',
    meaning: 'As many locks are set as may be.',
    user: 'Ask an operator of the site.',
    operator: 'Lock something further up instead, and unlock what is in it.',
  },
});
