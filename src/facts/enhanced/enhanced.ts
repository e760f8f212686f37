import { type DataSet, onceShared, type Tag, tag as t } from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { absent, fact, knownValue, valueOr } from '../fact.ts';
import type { ImageFacts, SliceFacts } from '../image-facts.ts';
import {
  directionalityOf,
  type FrameType,
  groupTypeOf,
  typeIn,
  typeOfMacro,
} from './frame-kind.ts';
import { createFrameScales } from './frame-scale.ts';
import { createKernels, stackOf } from './frame-words.ts';
import { type FunctionalGroups, functionalGroups } from './groups.ts';
import { createStatedFacts } from './stated-facts.ts';

/** What functional groups are read from. */
export interface EnhancedSource {
  readonly header: DataSet;
  readonly omitted: readonly Tag[];
  readonly tokenOf: (text: string) => string;
}

/** Whether an object describes its frames by functional groups. */
export function isEnhanced(header: DataSet): boolean {
  return header.has(t.PerFrameFunctionalGroupsSequence);
}

/**
 * What each frame of an enhanced object says, for itself or with all others: one slice a frame, in
 * the order of the frames. None where the groups do not fit the frames. Where a macro is there and
 * cannot be read, its facts are not kept.
 *
 * @param object what the header says outside the groups
 * @standard PS3.3 §C.7.6.16
 */
export function* enhancedSlices(
  source: EnhancedSource,
  object: ImageFacts,
): Steps<readonly SliceFacts[]> {
  const frames = valueOr(object.frames, 1);
  const groups = frames === undefined ? undefined : functionalGroups(source.header, frames);
  if (groups === undefined) return [];
  const stated = createStatedFacts(groups, source.omitted);
  const typeOf = yield* createTypes(source, groups);
  const scaleOf = createFrameScales(groups.shared, object.sopClassUid);
  const kernelOf = createKernels(source, groups);
  const first = knownValue(object.concatenationFrameOffset) ?? 0;
  const slices: SliceFacts[] = [];
  for (const frame of groups.frames) {
    const index = slices.length;
    // The names and the kinds of these facts are those of the tables. Each frame has its own place.
    const numbers = { position: absent, ...stated(frame) } as Partial<ImageFacts>;
    const { slope = object.slope, intercept = object.intercept } = numbers;
    const kernel = kernelOf(frame);
    slices.push({
      ...numbers,
      ...(kernel.kind === 'absent' ? {} : { kernel }),
      ...scaleOf({ slope, intercept }, frame),
      ...typeOf(frame),
      frame: index,
      tile: undefined,
      direction: 1,
      stack: stackOf(frame, source),
      frameNumber: fact(first + index),
    });
    yield;
  }
  return slices;
}

/**
 * What frames are: by their own type, else by that of all, else by the object's. Isotropic weightings
 * are a map of their own where others have directions; else they are what was measured.
 */
function* createTypes(
  { header, tokenOf }: EnhancedSource,
  { frames, shared }: FunctionalGroups,
): Steps<(frame: DataSet) => FrameType> {
  const typeBy = onceShared(frames, (element) => typeOfMacro(element, tokenOf));
  const common = groupTypeOf(shared, typeBy) ?? typeIn(header, t.ImageType, tokenOf);
  const isOf = (frame: DataSet, term: string): boolean =>
    directionalityOf([frame, shared]) === term;
  let hasDirections = false;
  for (const frame of frames) {
    hasDirections = isOf(frame, 'DIRECTIONAL');
    if (hasDirections) break;
    yield;
  }
  return (frame) => {
    const type = groupTypeOf(frame, typeBy) ?? common;
    const isTrace = hasDirections && type.kind.map === undefined && isOf(frame, 'ISOTROPIC');
    return isTrace ? { ...type, kind: { ...type.kind, map: 'TRACEW' } } : type;
  };
}
