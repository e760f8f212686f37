import type { Instance } from '../dicom/stream/instance.ts';
import type { Identified } from '../flow/index.ts';
import type { RecallTarget } from '../pacs/index/index.ts';
import type { PacsSource } from '../pacs/pacs-source.ts';
import type { NamedIdentifiedInstance } from '../production/production.ts';
import { recallLimits } from './limits.ts';

/**
 * Fetch instances by their pseudonyms, unit by unit, in the order of `names`. What arrives without
 * having been announced is passed over and counted: it is a late slice, for registration to find.
 */
export async function* arrivals(options: {
  readonly source: PacsSource;
  readonly target: RecallTarget;
  readonly names: readonly string[];
  readonly signal: AbortSignal;
  readonly onLate: () => void;
}): AsyncGenerator<NamedIdentifiedInstance> {
  const { source, target, signal } = options;
  const seen = new Set<string>();
  for (const unit of target.units(options.names, recallLimits.unitInstancesMax)) {
    for await (const instance of source.retrieve(unit, { signal })) {
      const name = nameOnce(target, instance, seen);
      if (name === undefined) options.onLate();
      else yield { name, instance };
    }
  }
}

/** The instance's name the first time it comes; a PACS may send one twice. */
function nameOnce(
  target: RecallTarget,
  instance: Identified<Instance>,
  seen: Set<string>,
): string | undefined {
  const name = target.nameOf(instance);
  if (name === undefined || seen.has(name)) return undefined;
  seen.add(name);
  return name;
}
