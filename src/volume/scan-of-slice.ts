import { type ImageFacts, knownValue, type ScanFacts, type SliceFacts } from '../facts/index.ts';

/** Tells what of an object's scan is true of one of its slices. */
type ScanOfSlice = (slice: SliceFacts) => Pick<ImageFacts, 'scan'>;

/**
 * What of an object's scan is true of its slices: of a tile all, if there are as many times as slices;
 * of a frame not what each frame has for itself, but of lists its own. Frames that have nothing of
 * their own have one scan together.
 */
export function createScanOfSlice({ scan, slices }: ImageFacts): ScanOfSlice {
  if (scan === undefined) return () => ({});
  const { sliceTimes, ...untimed } = scan;
  const isTimed = sliceTimes?.length === slices.length;
  const ofTile = { scan: isTimed ? scan : untimed };
  const shared = sharedOf(untimed);
  const times = isTimed ? { sliceTimes } : {};
  const ofFrame = { scan: { ...shared, ...times } };
  const hasScales = lists.some((list) => scan[list] !== undefined);
  return ({ tile, frame, repetitionTime: stated }) => {
    if (tile !== undefined) return ofTile;
    // What a reader of a vendor found is of the first frame; the frame's own is surer.
    const repetitionTime = stated && knownValue(stated);
    if (!hasScales && (repetitionTime === undefined || repetitionTime === shared.repetitionTime))
      return ofFrame;
    const own = repetitionTime === undefined ? {} : { repetitionTime };
    return { scan: { ...shared, ...scalesOfFrame(scan, frame), ...times, ...own } };
  };
}

/** Lists of what each frame has, and what it is then called. */
const scales = {
  frameScaleSlopes: 'philipsScaleSlope',
  frameRescaleSlopes: 'rescaleSlope',
  frameRescaleIntercepts: 'rescaleIntercept',
  frameMappedSlopes: 'mappedSlope',
  frameMappedIntercepts: 'mappedIntercept',
} as const;
const lists = Object.keys(scales) as (keyof typeof scales)[];

const ofFrame: ReadonlySet<string> = new Set([
  'bValue',
  'direction',
  'sliceTime',
  'acquisitionOffset',
  'diffusionOrder',
  'labelling',
  ...lists,
]);

/** What all frames have alike. */
function sharedOf(scan: ScanFacts): ScanFacts {
  return Object.fromEntries(Object.entries(scan).filter(([name]) => !ofFrame.has(name)));
}

function scalesOfFrame(scan: ScanFacts, frame: number): ScanFacts {
  return Object.fromEntries(
    lists.flatMap((list) => {
      const value = scan[list]?.[frame];
      return value === undefined ? [] : [[scales[list], value]];
    }),
  );
}
