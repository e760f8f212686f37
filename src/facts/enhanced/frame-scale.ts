import {
  type DataSet,
  type ItemList,
  itemsOfUnknown,
  sopClass,
  tag as t,
} from '../../dicom/index.ts';
import { type Fact, notKept } from '../fact.ts';
import { privateElements } from '../private-elements.ts';
import { linearMapOf, type RealWorld, realWorldOf } from '../real-world.ts';
import { philipsScale, philipsScaleNames, type StatedScale } from '../vendors/philips/scale.ts';

/** How the values of a frame are scaled. */
export interface FrameScale extends StatedScale {
  readonly realWorld: Fact<RealWorld>;
}

const nothing: DataSet = new Map();

/**
 * Tells the scale of each frame; what is of all frames is decoded once.
 *
 * @param shared the functional groups of all frames
 * @param sopClassUid of the object: the values of a parametric map are those of its real-world mapping
 */
export function createFrameScales(
  shared: DataSet,
  sopClassUid: string,
): (stated: StatedScale, frame: DataSet) => FrameScale {
  const common = copiesIn(shared);
  const isMap = sopClassUid === sopClass.ParametricMapStorage;
  return (stated, frame) => {
    const groups = [frame, shared];
    return isMap
      ? mapScaleOf(stated, groups)
      : frameScaleOf(stated, groups, [...copiesIn(frame), ...common]);
  };
}

/** Its Pixel Value Transformation is the identity. @standard PS3.3 §C.8.32.3.1 */
function mapScaleOf(stated: StatedScale, groups: readonly DataSet[]): FrameScale {
  const mapping = mappingOf(groups);
  const scale = linearMapOf(mapping) ?? stated;
  return { ...scale, realWorld: realWorldOf(mapping, scale) };
}

const mappingOf = (groups: readonly DataSet[]): DataSet =>
  groups.find((group) => group.has(t.RealWorldValueMappingSequence)) ?? nothing;

/**
 * @param stated Rescale Slope and Intercept of the frame
 * @param groups the functional groups of the frame and of all frames, the surer first
 * @param own the vendor's copies in them
 */
function frameScaleOf(
  stated: StatedScale,
  groups: readonly DataSet[],
  own: readonly (DataSet | 'damaged')[],
): FrameScale {
  const mapping = mappingOf(groups);
  const realWorld = realWorldOf(mapping, stated);
  if (own.includes('damaged')) return { slope: notKept, intercept: notKept, realWorld };
  const holders = own.filter((item) => item !== 'damaged');
  const types = [...transformationOf(groups), ...holders];
  return { ...philipsScale(stated, { holders, types, mapping }), realWorld };
}

/** The items of the vendor's copies in a functional group. */
function copiesIn(group: DataSet): readonly (DataSet | 'damaged')[] {
  return philipsScaleNames.copies
    .flatMap((name) => privateElements(group, name))
    .flatMap((element): readonly (DataSet | 'damaged')[] =>
      element.vr !== 'SQ' && element.value.length === 0
        ? []
        : [...(itemsOfUnknown(element) ?? (['damaged'] as const))],
    );
}

function transformationOf(groups: readonly DataSet[]): ItemList | readonly DataSet[] {
  for (const group of groups) {
    const element = group.get(t.PixelValueTransformationSequence);
    if (element?.vr === 'SQ' && element.items.length > 0) return element.items;
  }
  return [];
}
