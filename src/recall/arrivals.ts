import { codeOf } from '../lib/errors/mdm-error.ts';
import type { Log } from '../lib/log.ts';
import type { RecallTarget } from '../pacs/index/index.ts';
import type { CallOptions, PacsSource } from '../pacs/pacs-source.ts';
import type { NamedIdentifiedInstance } from '../production/production.ts';
import { recallLimits } from './limits.ts';
import { recallError } from './translate.ts';

/**
 * Fetch instances by their pseudonyms, unit by unit, in the order of `names`. A unit asks for what
 * has not come yet: a PACS may answer an earlier one with more than was asked for. What arrives
 * without having been announced is passed over and counted: a late slice, for registration to find.
 */
export async function* arrivals(options: {
  readonly source: PacsSource;
  readonly target: RecallTarget;
  readonly names: readonly string[];
  /** Names of objects without which nothing is incomplete: that hold no image. */
  readonly optional: ReadonlySet<string>;
  readonly call: CallOptions;
  readonly log: Log;
}): AsyncGenerator<NamedIdentifiedInstance> {
  const { source, target, names, optional, call, log } = options;
  const { unitInstancesMax } = recallLimits;
  const seen = new Set<string>();
  const isMissing = (name: string): boolean => !seen.has(name) && !optional.has(name);
  let late = 0;
  for (let start = 0; start < names.length; start += unitInstancesMax) {
    const wanted = names.slice(start, start + unitInstancesMax).filter((name) => !seen.has(name));
    const [unit] = target.units(wanted, unitInstancesMax);
    if (unit === undefined) continue;
    try {
      for await (const instance of source.retrieve(unit, call)) {
        const name = target.nameOf(instance);
        if (name === undefined) late += 1;
        if (name === undefined || seen.has(name)) continue;
        seen.add(name);
        yield { name, instance };
      }
    } catch (error) {
      // Completeness is judged by what came, not by how the PACS ended; unless it sent two contents.
      const isDoubtful = codeOf(error) === 'PACS_CONTENT_CONFLICT' || call.signal?.aborted === true;
      if (isDoubtful || wanted.some(isMissing)) throw error;
      const { code, context } = recallError(error);
      log.warn('recall.ended_badly', { code, ...context });
    }
  }
  if (late > 0) log.warn('recall.late_instances', { late });
}
