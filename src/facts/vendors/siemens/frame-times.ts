import { type DataSet, tag as t } from '../../../dicom/index.ts';
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
export function frameTimes({ frames, standard }: ScanPlaces): readonly number[] | undefined {
  const own = frames.map((frame) => itemsOf(privateElements(frame, frameData)[0])[0]);
  if (own.length < 2 || own.includes(undefined)) return undefined;
  const most = numberAs(standardElement(standard, 'RepetitionTime'), 'DS') ?? 0;
  const clock = timesBetween(frames.map(acquisitionDateTimeOf));
  if (clock?.every((time) => time <= most) === true) return clock;
  const seconds = own.map((item) =>
    item === undefined ? undefined : numberAs(privateElements(item, timeAfterStart)[0], 'DS'),
  );
  return seconds.every((time) => time !== undefined)
    ? seconds.map((time) => time * 1000)
    : undefined;
}

function acquisitionDateTimeOf(frame: DataSet): ReturnType<DataSet['get']> {
  const [content] = itemsOf(frame.get(t.FrameContentSequence));
  return content?.get(t.FrameAcquisitionDateTime);
}
