/** The forms of files that catalogs of tests are opened with: those that are made. */
export { products } from '../../src/production/index.ts';
