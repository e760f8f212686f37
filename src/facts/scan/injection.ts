import type { DataSet, Keyword } from '../../dicom/index.ts';
import { timesBetween } from './clock.ts';
import { itemsOf, numberAs, standardElement, wordOf } from './elements.ts';
import type { ScanProposal } from './scan-facts.ts';

/**
 * What a PET says of its tracer: dose, half-life, and how long before the image it was injected. Of a
 * second tracer nothing is told.
 *
 * @standard PS3.3 §C.8.9.2 (PET Isotope)
 */
export function injectionScan(places: readonly DataSet[]): ScanProposal {
  const element = (keyword: Keyword) => standardElement(places, keyword);
  if (wordOf(element('Modality')) !== 'PT') return {};
  const tracers = itemsOf(element('RadiopharmaceuticalInformationSequence'));
  const tracer = tracers.at(0);
  if (tracer === undefined || tracers.length > 1) return {};
  const stated = (keyword: Keyword) => standardElement([tracer], keyword);
  const injected =
    stated('RadiopharmaceuticalStartDateTime') ?? stated('RadiopharmaceuticalStartTime');
  const [before, after] = timesBetween([injected, element('AcquisitionTime')]) ?? [];
  return {
    injectedDose: numberAs(stated('RadionuclideTotalDose'), 'DS'),
    halfLife: numberAs(stated('RadionuclideHalfLife'), 'DS'),
    // An injection after the image is none of it.
    injectionDelay: before === 0 && after !== undefined ? after / 1000 : undefined,
  };
}
