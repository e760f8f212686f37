import { type DataElement, type DataSet, tag as t } from '../../../dicom/index.ts';
import type { Steps } from '../../../lib/streams/steps.ts';
import { type PrivateName, privateElements } from '../../private-elements.ts';
import { timesBetween } from '../../scan/clock.ts';
import { itemsOf, numberAs, type ScanPlaces, standardElement } from '../../scan/elements.ts';

const creator = 'SIEMENS MR SDI 02';
const frameData: PrivateName = { creator, group: 0x0021, element: 0xfe };
const timeAfterStart: PrivateName = { creator, group: 0x0021, element: 0x04 };

/**
 * When each frame of an XA object was acquired, from the first of them; ms. By Frame Acquisition
 * DateTime, which is right in every volume, or, where the console scrambled it, by the time after the start.
 */
export function* frameTimes({
  frames,
  standard,
}: ScanPlaces): Steps<readonly number[] | undefined> {
  if (frames.length < 2) return undefined;
  const dates: (DataElement | undefined)[] = [];
  const seconds: (number | undefined)[] = [];
  for (const frame of frames) {
    const own = itemsOf(privateElements(frame, frameData)[0]).at(0);
    if (own === undefined) return undefined;
    dates.push(acquisitionDateTimeOf(frame));
    seconds.push(numberAs(privateElements(own, timeAfterStart)[0], 'DS'));
    yield;
  }
  const most = numberAs(standardElement(standard, 'RepetitionTime'), 'DS') ?? 0;
  const clock = timesBetween(dates);
  if (clock?.every((time) => time <= most) === true) return clock;
  return seconds.every((time) => time !== undefined)
    ? seconds.map((time) => time * 1000)
    : undefined;
}

function acquisitionDateTimeOf(frame: DataSet): DataElement | undefined {
  const [content] = itemsOf(frame.get(t.FrameContentSequence));
  return content?.get(t.FrameAcquisitionDateTime);
}
