import type { DataSet } from '../dicom/element/element.ts';
import type { Instance } from '../dicom/stream/instance.ts';
import type { ImageFacts } from '../facts/index.ts';
import type { Deidentified, Identified } from '../flow/index.ts';
import type { FrameShape, Palette } from '../pixel/index.ts';
import type { DeidCode } from './errors.ts';
import type { Drops } from './meaning/drops.ts';

/**
 * Bytes of a de-identified DICOM file (PS3.10), in order: the `header`, in one part unless it is long, then the value of native
 * Pixel Data as `pixel` parts, frame after frame, or each compressed frame as one `frame` part, without
 * the head of its fragment; what is before, between and behind them are `trailer` parts. Valid until the
 * next part is asked for.
 */
export type InstancePart = BytesPart | FramePart;

/** Bytes that are no compressed frame. */
export interface BytesPart {
  readonly kind: 'header' | 'pixel' | 'trailer';
  readonly bytes: Uint8Array;
}

/** A compressed frame. */
export interface FramePart {
  readonly kind: 'frame';
  /** Empty where no file is read: the frame comes before it is judged. */
  readonly bytes: Uint8Array;
  /** Bytes of it that are held until `pixels` settles. */
  readonly codedBytes: number;
  /**
   * Its plain pixels, undefined where none were wanted: either says that the frame may leave. Rejects with
   * an MdmError of `deidErrors` where the instance may not, of `pixelErrors` where this frame is no
   * pixels. Nobody need wait for it.
   */
  readonly pixels: Promise<Uint8Array | undefined>;
}

/** The slices of a tiled image, each as a file of its own. */
export interface DeidentifiedSlices {
  readonly count: number;
  /**
   * The file of the slice at `index` up to its pixels, `pixelBytes` of which follow, and a zero where
   * their number is odd.
   */
  start(index: number, pixelBytes: number): Uint8Array;
}

/** One instance after the profile. */
export interface DeidentifiedInstance {
  readonly sopClassUid: string;
  /** The pseudonymous SOP Instance UID. */
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  /** All de-identified elements before Pixel Data. */
  readonly header: DataSet;
  /** What the header said of pixels and place before anything was dropped. All of it was kept. */
  readonly facts: ImageFacts;
  /** By what indices are colours; of a palette image only, and of every one. */
  readonly palette: Palette | undefined;
  /**
   * Why it may not leave as a file, though its pixels may: programs would misread it. What is made of
   * its pixels and facts says what they are.
   */
  readonly misleads: DeidCode | undefined;
  /** As what else it leaves, where it misleads as it is. */
  readonly slices: DeidentifiedSlices | undefined;
  /** How many values that the keep list allows did not stay, by reason. Sequences count item by item. */
  readonly drops: Drops;
  /**
   * The whole file: preamble, file meta information, data set; or only its pixels, for who makes other
   * files of them. Called once and read to its end; leaving early releases the source. Throws MdmError of
   * `deidErrors` when the rest of the instance is broken or cannot be judged: what was read until then
   * must not be used. Where only pixels are read, frames that went on before say so too (`FramePart`),
   * and what the first of them says is the reason.
   *
   * @param shape as what compressed frames are decoded; none are without it
   */
  readonly read: (what: 'file' | 'pixels', shape?: FrameShape) => AsyncIterable<InstancePart>;
}

/** What de-identification says of an instance. Withheld instances never leave the clinical side. */
export type DeidentifyOutcome =
  | { readonly kind: 'released'; readonly instance: Deidentified<DeidentifiedInstance> }
  | {
      readonly kind: 'withheld';
      readonly code: DeidCode;
      readonly image: Deidentified<WithheldImage>;
    };

/** What may be known of an image that is withheld: of which stack it could be. No class: of any. */
export type WithheldImage = Pick<ImageFacts, 'sopClassUid' | 'rows' | 'columns'>;

/** What an instance is de-identified for. */
export interface DeidentifyContext {
  /** The subject's name in the collection (`p-<H>`): the new Patient ID and Patient's Name. */
  readonly subjectName: string;
}

/**
 * De-identifies instances one after another. Holds of the latest header what the next may have in common
 * with it; what comes out is the same without.
 */
export interface SeriesDeidentifier {
  /** Reads the header; the pixel data pass through while it is read on. */
  instance(source: Identified<Instance>): Promise<DeidentifyOutcome>;
}

/** Turns identified instances into de-identified ones under one profile and one collection key. */
export interface Deidentifier {
  /** Short name and digest of profile, tables and code edition; part of the recipe of a receipt. */
  readonly recipe: { readonly profile: string; readonly digest: string };
  /** De-identifies instances of one series: what their headers have in common is judged once. */
  series(context: DeidentifyContext): SeriesDeidentifier;
  /**
   * `v-<H>` of a stack: of its series, by its name, and of what tells it from the series' other
   * stacks. Under the collection's key, so that it links nothing across collections.
   */
  stackName(seriesName: string, discriminators: string): string;
  /** The keep-listed, de-identified part of a C-FIND answer: what the catalog may know. */
  metadata(record: Identified<DataSet>): Deidentified<DataSet>;
}
