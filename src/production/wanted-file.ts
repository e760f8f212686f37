import type { ProductionTarget } from './production.ts';
import type { StackProduct } from './products/index.ts';

/** A file wanted of a stack. */
export interface WantedFile {
  readonly target: ProductionTarget;
  readonly product: StackProduct;
}
