import type { Brand } from '../../lib/brand.ts';

/**
 * A change for the catalog as JSON text. Opaque to the index, which keeps it and gives it back;
 * registration writes and reads it, and only from and to de-identified values.
 */
export type CatalogChangeText = Brand<string, 'CatalogChangeText'>;
