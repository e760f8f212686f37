import { recipeOfProfile } from '../deid/index.ts';
import { volumeEdition } from '../volume/index.ts';

/** Names all that decides whether an instance may leave and a stack is a volume. */
export function productionEdition(): string {
  return `${recipeOfProfile().digest}/${volumeEdition}`;
}
