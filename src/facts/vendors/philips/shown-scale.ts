import { type DataSet, itemsOfUnknown, tag as t } from '../../../dicom/index.ts';
import type { Steps } from '../../../lib/streams/steps.ts';
import { type PrivateName, privateElements } from '../../private-elements.ts';
import { itemsOf, numberAs, type ScanPlaces } from '../../scan/elements.ts';
import type { ScanProposal } from '../../scan/scan-facts.ts';

const mr = 'Philips MR Imaging DD 001';
const scaleSlope: PrivateName = { creator: mr, group: 0x2005, element: 0x0e };
/** Where an enhanced object has, for each frame, what a single image of it would say. */
const copy: PrivateName = { creator: 'Philips MR Imaging DD 005', group: 0x2005, element: 0x0f };

/** The scales of an image or a frame: the vendor's, that of its viewer, that of the real world. */
interface ShownScale {
  readonly philipsScaleSlope: number | undefined;
  readonly rescaleSlope: number | undefined;
  readonly rescaleIntercept: number | undefined;
  readonly mappedSlope: number | undefined;
  readonly mappedIntercept: number | undefined;
}

/**
 * All scales that a Philips object states, of which its volume has one: of an image, or lists of those of
 * its frames. Nothing where the vendor's is not stated.
 */
export function* shownScale({ all, frames }: ScanPlaces): Steps<ScanProposal> {
  const [header] = all;
  if (frames.length === 0) {
    const own = header === undefined ? undefined : scaleIn(header, [header]);
    return own?.philipsScaleSlope === undefined ? {} : own;
  }
  const scales: ShownScale[] = [];
  for (const frame of frames) {
    const scale = scaleIn(
      frame,
      privateElements(frame, copy).flatMap((element) => [...(itemsOfUnknown(element) ?? [])]),
    );
    if (scale.philipsScaleSlope === undefined) return {};
    scales.push(scale);
    yield;
  }
  const listOf = (name: keyof ShownScale): readonly number[] | undefined => {
    const values = scales.map((scale) => scale[name]).filter((value) => value !== undefined);
    return values.length === scales.length ? values : undefined;
  };
  return {
    frameScaleSlopes: listOf('philipsScaleSlope'),
    frameRescaleSlopes: listOf('rescaleSlope'),
    frameRescaleIntercepts: listOf('rescaleIntercept'),
    frameMappedSlopes: listOf('mappedSlope'),
    frameMappedIntercepts: listOf('mappedIntercept'),
  };
}

function scaleIn(place: DataSet, holders: readonly DataSet[]): ShownScale {
  const [shown] = [...itemsOf(place.get(t.PixelValueTransformationSequence)), place];
  const [mapping] = itemsOf(place.get(t.RealWorldValueMappingSequence));
  const [vendor] = holders.flatMap((holder) => privateElements(holder, scaleSlope));
  return {
    philipsScaleSlope: numberAs(vendor, 'FL'),
    rescaleSlope: numberAs(shown?.get(t.RescaleSlope), 'DS'),
    rescaleIntercept: numberAs(shown?.get(t.RescaleIntercept), 'DS'),
    mappedSlope: numberAs(mapping?.get(t.RealWorldValueSlope), 'FD'),
    mappedIntercept: numberAs(mapping?.get(t.RealWorldValueIntercept), 'FD'),
  };
}
