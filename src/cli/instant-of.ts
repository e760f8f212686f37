import { InvalidArgumentError } from 'commander';
import { parseInstant } from './instant.ts';

/** An instant, or a usage error: what is no instant must not become one. */
export function instantOf(text: string): number {
  const ms = parseInstant(text);
  if (ms === undefined) throw new InvalidArgumentError('an instant is 2027-01-31T00:00:00Z.');
  return ms;
}
