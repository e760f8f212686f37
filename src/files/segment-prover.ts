import type { FileVersion } from '../catalog/catalog.ts';
import {
  digestSize,
  type SegmentProof,
  type SegmentRuns,
  segmentProofOf,
  segmentRunsOf,
} from '../seal/index.ts';
import { filesErrors } from './errors.ts';
import { filesLimits } from './limits.ts';
import type { SegmentRange } from './metadata.ts';

/** What of a version its segments are proven with. */
type Segmented = Pick<FileVersion, 'guid' | 'number' | 'segmentDigests'>;

/**
 * Proves segments of versions. Runs of the last files are kept: of a large one they cost a second, and
 * a reader asks for one part after the other.
 */
export function segmentProver(): (
  version: Segmented,
  wanted: SegmentRange,
) => Promise<SegmentProof> {
  const kept = new Map<string, SegmentRuns>();
  const runsOf = async ({ guid, number, segmentDigests }: Segmented): Promise<SegmentRuns> => {
    const key = `${guid}@${number}`;
    const runs = kept.get(key) ?? (await segmentRunsOf(segmentDigests));
    kept.delete(key);
    kept.set(key, runs);
    const [oldest = key] = kept.keys();
    if (kept.size > filesLimits.segmentRunsMax) kept.delete(oldest);
    return runs;
  };
  return async (version, { first, end }) => {
    const digests = version.segmentDigests;
    const count = digests.length / digestSize;
    if (first >= count) throw filesErrors.create('FILES_RANGE_NOT_SATISFIABLE');
    const last = Math.min(end, count, first + filesLimits.provenSegmentsMax);
    return segmentProofOf({ digests, runs: await runsOf(version) }, { first, end: last });
  };
}
