import { type DeidentifiedInstance, deidErrors, type FramePart } from '../deid/index.ts';
import { encodingOf } from '../dicom/index.ts';
import { type Fact, type ImageFacts, valueOr } from '../facts/index.ts';
import { type Deidentified, derive, readDeidentified } from '../flow/index.ts';
import type { FrameShape } from '../pixel/index.ts';
import { frameShapeOf } from '../volume/index.ts';
import { cutTile } from './cut-tile.ts';
import { instanceFileName } from './file-name.ts';
import { frameBytesOf } from './frame-bytes.ts';
import { productionLimits } from './limits.ts';
import { NativeFrameIntake } from './native-frame-intake.ts';
import type { ProductionResult, ProductionTarget } from './production.ts';
import { derivedRecipe, droppedRecipe, identityOf } from './source-facts.ts';
import { type PassContext, type SourceFacts, TargetFile } from './target-file.ts';
import { undecoded } from './undecoded.ts';

type Box = Deidentified<DeidentifiedInstance>;

/** What is wanted of one instance: itself, or slices of it. */
export interface InstanceWish {
  readonly whole: ProductionTarget | undefined;
  readonly slices: readonly ProductionTarget[];
}

/** The files wanted of one instance while it passes. */
export class InstanceFiles {
  readonly #context: PassContext;
  readonly #box: Box;
  readonly #wish: InstanceWish;
  #whole: TargetFile | undefined;
  #slices: NativeFrameIntake | undefined;
  /** Why there are no pixels to cut slices of. */
  #withoutPixels: string | undefined;
  readonly #made = new Map<ProductionTarget, TargetFile>();

  private constructor(context: PassContext, box: Box, wish: InstanceWish) {
    this.#context = context;
    this.#box = box;
    this.#wish = wish;
  }

  /** Open what can be opened: an instance that misleads is no file, one that does not has no slices. */
  static async open(context: PassContext, box: Box, wish: InstanceWish): Promise<InstanceFiles> {
    const files = new InstanceFiles(context, box, wish);
    const { misleads, slices, facts } = readDeidentified(box);
    if (wish.whole !== undefined && misleads === undefined) {
      files.#whole = await openWhole(context, wish.whole, box);
    }
    if (wish.slices.length > 0 && slices !== undefined) files.#openSlices(frameBytesOf(facts));
    return files;
  }

  /** The frame that holds the slices is buffered whole. */
  #openSlices(bytes: number): void {
    const { frameBytesMax } = this.#context.ports.limits ?? productionLimits;
    if (bytes > frameBytesMax) {
      this.#withoutPixels = 'VOLUME_TOO_LARGE';
      return;
    }
    this.#slices = new NativeFrameIntake({
      frames: 1,
      buffer: new Uint8Array(bytes),
      takeFrame: (_, pixels) => this.#writeSlices(pixels),
    });
  }

  /** Whether the file of the instance itself is made. */
  get isWhole(): boolean {
    return this.#whole !== undefined;
  }

  /** Bytes of the file of the instance itself. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.#whole?.write(derive(this.#box, () => bytes));
  }

  /** Native pixels. */
  async pixels(bytes: Uint8Array): Promise<void> {
    await this.#slices?.addPixels(bytes);
  }

  /** As what compressed frames are decoded for slices; undefined where none are wanted. */
  get codedShape(): FrameShape | undefined {
    if (this.#slices === undefined) return undefined;
    return frameShapeOf(readDeidentified(this.#box).facts);
  }

  /** A compressed frame. @throws MdmError of `deidErrors` where it may not leave */
  async frame({ pixels }: Pick<FramePart, 'pixels'>): Promise<void> {
    // What is read for a file was judged before.
    if (this.isWhole && this.#slices === undefined) return;
    try {
      const made = await pixels;
      if (made !== undefined) await this.#slices?.addPixels(made);
    } catch (error) {
      if (deidErrors.has(error)) throw error;
      this.#withoutPixels = undecoded(error);
    }
  }

  /** The instance is at its end: its files, and why others are not made. */
  async *complete(): AsyncGenerator<ProductionResult> {
    const { misleads } = readDeidentified(this.#box);
    const areWhole = (await this.#slices?.end()) ?? false;
    if (this.#whole !== undefined) {
      yield await this.#whole.complete(this.#facts());
      this.#whole = undefined;
    } else if (this.#wish.whole !== undefined && misleads !== undefined) {
      yield { kind: 'refused', fileId: this.#wish.whole.fileId, code: misleads };
    }
    const isOther = this.#slices === undefined || areWhole;
    const code = this.#withoutPixels ?? (isOther ? 'VOLUME_STACK_GONE' : 'VOLUME_PIXEL_LENGTH');
    for (const target of this.#wish.slices) {
      const file = this.#made.get(target);
      this.#made.delete(target);
      yield file === undefined
        ? { kind: 'refused', fileId: target.fileId, code }
        : await file.complete(this.#facts());
    }
  }

  /** Give up what is not complete. Never throws. */
  async abort(): Promise<void> {
    await this.#whole?.abort();
    this.#whole = undefined;
    for (const file of this.#made.values()) await file.abort();
    this.#made.clear();
  }

  async #writeSlices(frame: Uint8Array): Promise<undefined> {
    const { slices, facts } = readDeidentified(this.#box);
    for (const target of this.#wish.slices) {
      const at = target.slice ?? -1;
      const slice = facts.slices[at];
      if (slices === undefined || slice === undefined) continue;
      const pixels = cutTile(facts, slice, frame);
      const start = slices.start(at, pixels.length);
      const padding = new Uint8Array(pixels.length & 1);
      const size = start.length + pixels.length + padding.length;
      const expected = { exact: size, most: size, mayGrowInSight: false };
      const wanted = { target, name: instanceFileName(target) };
      const file = await TargetFile.open(this.#context, wanted, expected);
      this.#made.set(target, file);
      for (const bytes of [start, pixels, padding]) {
        if (bytes.length > 0) await file.write(derive(this.#box, () => bytes));
      }
    }
    return undefined;
  }

  #facts(): SourceFacts {
    const { facts, drops } = readDeidentified(this.#box);
    const recipe = [...derivedRecipe(facts.derived), ...droppedRecipe(drops)];
    // One instance is whole by itself: nothing is counted.
    const source = { listed: 1, counted: null, unconfirmed: undefined };
    return {
      ...identityOf(this.#box),
      source,
      instances: 1,
      withoutImage: 0,
      stacks: null,
      recipe,
    };
  }
}

function openWhole(context: PassContext, target: ProductionTarget, box: Box): Promise<TargetFile> {
  const { facts, transferSyntaxUid } = readDeidentified(box);
  const wanted = { target, name: instanceFileName(target) };
  return TargetFile.open(context, wanted, {
    exact: undefined,
    most: instanceSizeAtMost(facts),
    // Compressed frames are judged one by one: the last may withhold the first.
    mayGrowInSight: !encodingOf(transferSyntaxUid).encapsulated,
  });
}

/** Space to set aside for an instance whose size is not known: its pixels as if native, and a header. */
function instanceSizeAtMost(facts: ImageFacts): number {
  const number = (given: Fact<number>): number => valueOr(given, 1) ?? 1;
  const bits = number(facts.bitsAllocated) * number(facts.samples);
  const pixels = number(facts.rows) * number(facts.columns) * number(facts.frames);
  const bytes = Math.ceil((pixels * bits) / 8) + productionLimits.headerAllowanceBytes;
  return Math.min(bytes, productionLimits.instanceBytesMax);
}
