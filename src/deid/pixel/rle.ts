import { expandRle, type PlaneTaker, readRle, rleSamplesOf } from '../../pixel/index.ts';
import { deidLimits } from '../limits.ts';
import { frameTooLong } from './frame-joiner.ts';
import type { ImageShape } from './image-shape.ts';
import { encodeRle } from './rle-encode.ts';
import { lastByteMask, withinLastByte } from './sample-cleaner.ts';
import { readCoded } from './unchecked.ts';
import { createBitCleaner, uncleanBytes } from './unused-bits.ts';

/**
 * An RLE frame without bytes that no segment needs, its unused bits cleaned. Every segment is read to
 * its end: it must make its plane exactly; a byte before one that is none of it becomes zero, what is
 * after the last one goes. Only a frame whose codes hold a byte that no clean sample need have is expanded.
 *
 * @standard PS3.5 §G
 */
export function cleanRle(frame: Uint8Array, shape: ImageShape): Uint8Array {
  const { bitsAllocated } = shape.bits;
  const { samples, bytesPerSample, pixels } = rleSamplesOf({ ...shape, bitsAllocated });
  const unclean = uncleanBytes(shape.bits).map((values) =>
    values.includes(1) ? new ValueSearch(frame, values) : undefined,
  );
  const { end, padding } = readCoded(() =>
    readRle(
      frame,
      { planes: samples * bytesPerSample, pixels },
      (plane) => unclean[plane % bytesPerSample] ?? nothing,
    ),
  );
  const isSuspect = bitsAllocated === 1 || unclean.some((search) => search?.found);
  return (isSuspect ? recoded(frame, shape) : undefined) ?? zeroed(frame.subarray(0, end), padding);
}

/** The same bytes with zero at some places: a copy where one was not. */
function zeroed(bytes: Uint8Array, places: readonly number[]): Uint8Array {
  if (places.every((at) => bytes[at] === 0)) return bytes;
  const copy = new Uint8Array(bytes);
  for (const at of places) copy[at] = 0;
  return copy;
}

/** A frame of which every segment was read, with clean samples; undefined where they are as they were. */
function recoded(frame: Uint8Array, shape: ImageShape): Uint8Array | undefined {
  const size = rleSamplesOf({ ...shape, bitsAllocated: shape.bits.bitsAllocated });
  const { samples, bytesPerSample, pixels } = size;
  const bytes = pixels * samples * bytesPerSample;
  if (bytes > deidLimits.expandedFrameMaxBytes) throw frameTooLong(bytes);
  const expanded = expandRle(frame, size);
  const clean = cleanSamples(expanded, shape);
  if (clean === expanded) return undefined;
  const planes = Array.from({ length: samples * bytesPerSample }, (_, plane) => {
    // The most significant byte of a sample comes first. @standard PS3.5 §G.2
    const byte = plane % bytesPerSample;
    return everyNth(clean, plane - byte + (bytesPerSample - 1 - byte), samples * bytesPerSample);
  });
  return encodeRle(planes, shape.columns);
}

function cleanSamples(expanded: Uint8Array, { bits, pixels }: ImageShape): Uint8Array {
  if (bits.bitsAllocated === 1) return withinLastByte(expanded, lastByteMask(pixels));
  return createBitCleaner({ ...bits, bigEndian: false })?.clean(expanded) ?? expanded;
}

function everyNth(bytes: Uint8Array, first: number, step: number): Uint8Array {
  const plane = new Uint8Array(bytes.length / step);
  for (let to = 0, from = first; to < plane.length; to += 1, from += step)
    plane[to] = bytes[from] ?? 0;
  return plane;
}

/** Looks for some values in the codes of planes. */
class ValueSearch implements PlaneTaker {
  found = false;
  readonly #frame: Uint8Array;
  /** By value; 0: not looked for. */
  readonly #values: Uint8Array;

  constructor(frame: Uint8Array, values: Uint8Array) {
    this.#frame = frame;
    this.#values = values;
  }

  literal(from: number, end: number): void {
    let seen = 0;
    for (let at = from; at < end; at += 1) seen |= this.#values[this.#frame[at] ?? 0] ?? 0;
    this.found ||= seen !== 0;
  }

  run(value: number): void {
    this.found ||= this.#values[value] !== 0;
  }
}

/** Of planes whose every value is clean. */
const nothing: PlaneTaker = { literal: () => undefined, run: () => undefined };
