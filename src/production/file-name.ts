import type { ProductionTarget } from './production.ts';

/** Digits of the number of a slice in the name of its file. */
const sliceDigits = 4;

/** The name of a file of an instance, or of a slice of one. */
export function instanceFileName({
  instanceName,
  slice,
  product,
}: Pick<ProductionTarget, 'instanceName' | 'slice' | 'product'>): string {
  const number = slice === undefined ? '' : `-${String(slice + 1).padStart(sliceDigits, '0')}`;
  return `${instanceName}${number}.${product}`;
}

/** The name of a file of a stack, whatever it was asked for by. */
export function stackFileName(stackName: string, { product }: { product: string }): string {
  return `${stackName}.${product}`;
}

/** What all files of one instance, or of one stack, have in common: the name of either. */
export function stemOf(fileName: string): string {
  return /^(?:i-[0-9a-z]+|v-[0-9a-z]+(?:_[A-Za-z0-9]+)*)/.exec(fileName)?.[0] ?? '';
}
