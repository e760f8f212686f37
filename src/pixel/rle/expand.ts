import { type PlaneTaker, readRle } from './segments.ts';

/** Samples of an RLE frame. */
interface RleSamples {
  readonly pixels: number;
  /** Of a pixel. */
  readonly samples: number;
  readonly bytesPerSample: number;
}

/**
 * How the samples of a frame lie in its planes. Pixels of one bit are bytes that hold eight of them.
 *
 * @standard PS3.5 §G.2, §8.1.1
 */
export function rleSamplesOf(frame: {
  readonly pixels: number;
  readonly samples: number;
  readonly bitsAllocated: number;
}): RleSamples {
  const { pixels, samples, bitsAllocated } = frame;
  return bitsAllocated === 1
    ? { pixels: Math.ceil(pixels / 8), samples, bytesPerSample: 1 }
    : { pixels, samples, bytesPerSample: bitsAllocated / 8 };
}

/**
 * Native pixels of an RLE frame: little endian, samples of a pixel together. Each byte is written
 * once, where it belongs.
 *
 * @standard PS3.5 §G.2
 * @throws MdmError `PIXEL_CODED_INVALID`
 */
export function expandRle(frame: Uint8Array, size: RleSamples): Uint8Array {
  const { pixels, samples, bytesPerSample } = size;
  const planes = samples * bytesPerSample;
  const expanded = new Uint8Array(pixels * planes);
  readRle(frame, { planes, pixels }, (plane) => {
    const byte = plane % bytesPerSample;
    // The most significant byte of a sample comes first there, and last here.
    const first = plane - byte + (bytesPerSample - 1 - byte);
    return everyNth(expanded, { frame, first, step: planes });
  });
  return expanded;
}

/** Writes a plane of `frame` to each so many bytes of zeros. */
function everyNth(
  bytes: Uint8Array,
  place: { readonly frame: Uint8Array; readonly first: number; readonly step: number },
): PlaneTaker {
  const { frame, first, step } = place;
  return {
    literal(from, end, at) {
      let to = first + at * step;
      for (let index = from; index < end; index += 1, to += step) bytes[to] = frame[index] ?? 0;
    },
    run(value, length, at) {
      if (value === 0) return;
      const end = first + (at + length) * step;
      for (let to = first + at * step; to < end; to += step) bytes[to] = value;
    },
  };
}
