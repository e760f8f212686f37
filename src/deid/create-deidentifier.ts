import { encodeFileHeader } from '../dicom/file/file-meta.ts';
import {
  type DataSet,
  dicomErrors,
  encodeInPieces,
  encodingOf,
  getUid,
  type Instance,
  tag as t,
} from '../dicom/index.ts';
import { absent, type ImageFacts, notKeptOf } from '../facts/index.ts';
import { deidentified } from '../flow/mint/deidentified.ts';
import { reveal } from '../flow/mint/reveal.ts';
import { concatBytes } from '../lib/bytes/bytes.ts';
import type { MdmError } from '../lib/errors/mdm-error.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { inTurns, Turn } from '../lib/streams/steps.ts';
import { createFrameDecoder, type FrameDecoder, type Palette } from '../pixel/index.ts';
import type {
  DeidentifiedInstance,
  Deidentifier,
  InstancePart,
  WithheldImage,
} from './deidentifier.ts';
import { type DeidCode, deidErrors } from './errors.ts';
import { createTokens } from './facts/facts-of.ts';
import { writeDerived } from './facts/write-derived.ts';
import { writeDiffusion } from './facts/write-diffusion.ts';
import { writePlane } from './facts/write-plane.ts';
import { type HeaderMemory, openMemory } from './header/header-memory.ts';
import { type OpenInstance, readHeader } from './header/read-header.ts';
import { createStamps } from './header/stamp.ts';
import { DropLog } from './meaning/drop-log.ts';
import { DropCounter, type Drops } from './meaning/drops.ts';
import { createAnswerCleaner } from './metadata.ts';
import { plainPalette, writePalette } from './palette/leave-palette.ts';
import { readPalette } from './palette/read-palette.ts';
import { frameCleanerOf } from './pixel/frame-cleaner.ts';
import { imageShapeOf } from './pixel/image-shape.ts';
import { planPixels } from './pixel/plan-pixels.ts';
import { type Profile, profileOf } from './profile/profile.ts';
import { recipeOfProfile } from './profile/recipe.ts';
import { createStackNames } from './pseudonyms/stack-names.ts';
import { createUidMap, type UidMap } from './pseudonyms/uid-map.ts';
import { canBeSliced, sliceFilesOf, sliceUidText } from './slices/slice-files.ts';
import { findImage, type UnknownObject } from './withhold/find-image.ts';
import { findImageRisk } from './withhold/image-risk.ts';

/** What a de-identifier works with. */
export interface DeidentifierOptions {
  /** At least 32 random bytes; not kept. The same key gives the same output, another none alike. */
  readonly collectionKey: Uint8Array;
  readonly log?: Log;
  /** Reads compressed frames; closed by who opened it. Default: one of its own, whose thread ends when it is idle. */
  readonly decoder?: FrameDecoder;
}

/**
 * Make the de-identifier of a collection: the Basic Application Level Confidentiality Profile,
 * default deny, for CT, MR and PET images; of its options, safe private elements by which pixels are
 * scaled.
 *
 * The header is held, checked and written anew; native pixel data pass through uncopied, compressed
 * ones frame by frame. What cannot be judged is withheld.
 *
 * @standard PS3.15 §E.2, §E.3.10
 */
export function createDeidentifier(options: DeidentifierOptions): Deidentifier {
  const uids = createUidMap(options.collectionKey);
  const tokens = createTokens(options.collectionKey);
  const stackName = createStackNames(options.collectionKey);
  const log = options.log ?? silentLog;
  const dropLog = new DropLog(log);
  const cleanAnswer = createAnswerCleaner(uids);
  const decoder = options.decoder ?? createFrameDecoder({ threads: 1 });
  return {
    recipe: recipeOfProfile(),
    series({ subjectName }) {
      const tools: Tools = {
        stampsOf: createStamps(subjectName),
        uids,
        decoder,
        ...openMemory(uids, tokens),
      };
      return {
        async instance(source) {
          const identified = reveal(source);
          const seen: Seen = {
            image: { sopClassUid: identified.sopClassUid, rows: absent, columns: absent },
          };
          try {
            const instance = await deidentify(identified, tools, seen);
            dropLog.add(instance.drops);
            return { kind: 'released', instance: deidentified(instance) };
          } catch (error) {
            const { code, context: more } = withheldFor(error);
            log.warn('deid.withheld', { code, ...more });
            // What a broken object calls itself proves nothing.
            const image =
              code === 'DEID_MALFORMED' ? { ...seen.image, sopClassUid: '' } : seen.image;
            return { kind: 'withheld', code, image: deidentified(image) };
          }
        },
      };
    },
    stackName,
    metadata: (record) => deidentified(cleanAnswer(reveal(record))),
  };
}

/** What de-identification of a series works with. */
interface Tools extends HeaderMemory {
  readonly stampsOf: (keepsPrivate: boolean) => DataSet;
  readonly uids: UidMap;
  readonly decoder: FrameDecoder;
}

/** What was seen of an image until it was withheld. */
interface Seen {
  image: WithheldImage;
}

/** @throws MdmError of `deidErrors` for an instance that is withheld */
async function deidentify(
  source: Instance,
  { stampsOf, uids, decoder, elements, factsOf, identifiersOf, cleanerOf }: Tools,
  seen: Seen,
): Promise<DeidentifiedInstance> {
  let opened: OpenInstance | undefined;
  try {
    const profile = await profileFor(source);
    opened = await readHeader(source, elements);
    const facts = await factsOf(opened, profile.sopClassUid);
    seen.image = { sopClassUid: profile.sopClassUid, rows: facts.rows, columns: facts.columns };
    const risk = findImageRisk(opened.header, opened.omitted, facts);
    if (risk !== undefined) throw deidErrors.create(risk);
    checkIdentity(opened.header, source);
    const isGrid = facts.grid.kind === 'value';
    if (isGrid && facts.slices.length === 0) throw deidErrors.create('DEID_GRID');
    refuseNotKept(notKeptOf(facts));
    const tables = readPalette(opened.header, facts);
    const drops = new DropCounter();
    const identifiers = await inTurns(identifiersOf(opened.header));
    const clean = cleanerOf(profile);
    const { header, lost, keepsPrivate } = await inTurns(
      clean(opened.header, { identifiers, drops }),
    );
    refuseNotKept(lost);
    writeDerived(header, facts);
    writeDiffusion(header, facts);
    writePlane(header, facts);
    for (const [tag, stamp] of stampsOf(keepsPrivate)) header.set(tag, stamp);
    if (tables !== undefined) await inTurns(writePalette(header, tables, identifiers));
    const palette = tables === undefined ? undefined : plainPalette(tables);
    const misleads = isGrid ? 'DEID_GRID' : undefined;
    const work = { opened, header, facts, palette, drops: drops.drops, profile };
    return release({ ...work, misleads, uids, decoder });
  } catch (error) {
    await opened?.rest.return();
    throw translate(error);
  }
}

/** @param element what a reader of the pixels needs and would not find, if anything */
function refuseNotKept(element: string | undefined): void {
  if (element !== undefined)
    throw deidErrors.create('DEID_FACT_NOT_KEPT', { context: { element } });
}

/** The reason for withholding; what is no such reason is thrown on. */
function withheldFor(error: unknown): { code: DeidCode; context: MdmError['context'] } {
  if (!deidErrors.has(error)) throw error;
  return error;
}

/**
 * The rules for an instance, judged before it is read. One that has none is read to its pixel data,
 * to know whether it is an image; one in a transfer syntax of which we can judge nothing is left after its
 * first chunk: a source that was never started would not notice that nobody wants it.
 */
async function profileFor(source: Instance): Promise<Profile> {
  const profile = profileOf(source.sopClassUid);
  const { encoding, judged } = syntaxOf(source.transferSyntaxUid);
  if (profile !== undefined && judged) return profile;
  if (profile === undefined && encoding) throw deidErrors.create(reasons[await findImage(source)]);
  for await (const _chunk of source.dataSet) break;
  const code = profile === undefined ? 'DEID_UNSUPPORTED_SOP_CLASS' : 'DEID_COMPRESSED_UNCHECKED';
  throw deidErrors.create(code);
}

const reasons = {
  image: 'DEID_UNSUPPORTED_SOP_CLASS',
  'no-image': 'DEID_NO_IMAGE',
  mislabelled: 'DEID_MALFORMED',
} as const satisfies Readonly<Record<UnknownObject, DeidCode>>;

/** Whether the encoding of a transfer syntax is known, and whether its pixel data can be judged. */
function syntaxOf(uid: string): { readonly encoding: boolean; readonly judged: boolean } {
  try {
    const { encapsulated } = encodingOf(uid);
    return { encoding: true, judged: !encapsulated || frameCleanerOf(uid) !== undefined };
  } catch (error) {
    if (dicomErrors.has(error)) return { encoding: false, judged: false };
    throw error;
  }
}

/** What the archive called the object must be what the object calls itself. */
function checkIdentity(header: DataSet, source: Instance): void {
  const same =
    getUid(header, t.SOPClassUID) === source.sopClassUid &&
    getUid(header, t.SOPInstanceUID) === source.sopInstanceUid;
  if (!same) throw deidErrors.create('DEID_MALFORMED', { message: 'SOP UIDs disagree' });
}

interface Work {
  readonly opened: OpenInstance;
  /** De-identified. */
  readonly header: DataSet;
  readonly facts: ImageFacts;
  readonly palette: Palette | undefined;
  readonly drops: Drops;
  readonly profile: Profile;
  readonly misleads: DeidCode | undefined;
  readonly uids: UidMap;
  readonly decoder: FrameDecoder;
}

function release(work: Work): DeidentifiedInstance {
  const { opened, header, facts, palette, drops, profile, misleads, uids, decoder } = work;
  const { transferSyntaxUid } = opened;
  const sopClassUid = profile.sopClassUid;
  const sopInstanceUid = getUid(header, t.SOPInstanceUID);
  if (sopInstanceUid === undefined) throw deidErrors.create('DEID_MALFORMED');
  const shape = imageShapeOf(facts);
  const pixels = planPixels(opened, shape, decoder);
  const start = function* (): Generator<Uint8Array> {
    yield encodeFileHeader({ sopClassUid, sopInstanceUid, transferSyntaxUid });
    yield* encodeInPieces(header, transferSyntaxUid);
    yield* pixels.start;
  };
  return {
    sopClassUid,
    sopInstanceUid,
    transferSyntaxUid,
    header,
    facts,
    palette,
    misleads,
    slices:
      misleads === undefined || !canBeSliced(facts)
        ? undefined
        : sliceFilesOf({
            sopClassUid,
            transferSyntaxUid,
            header,
            facts,
            uidOf: (index) => uids.uid(sliceUidText(opened.header, index)),
          }),
    drops,
    read: (what, as) => {
      const parts = pixels.parts({ coded: what === 'file', shape: as });
      return passParts(what === 'file' ? start : undefined, parts, opened);
    },
  };
}

async function* passParts(
  start: (() => Iterable<Uint8Array>) | undefined,
  pixels: AsyncGenerator<InstancePart, void, void>,
  { rest }: OpenInstance,
): AsyncGenerator<InstancePart, void, void> {
  try {
    if (start !== undefined) yield* headerParts(start());
    yield* pixels;
  } catch (error) {
    throw translate(error);
  } finally {
    // A generator that was never started has nothing to clean up: the source is released here.
    await rest.return();
  }
}

/** Pieces of a header together up to so much: a few milliseconds of work. */
const headerPartBytes = 65_536;

/** A usual header is one part. Of the many of a long one, others have their turn between. */
async function* headerParts(
  pieces: Iterable<Uint8Array>,
): AsyncGenerator<InstancePart, void, void> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  const turn = new Turn();
  for (const piece of pieces) {
    gathered.push(piece);
    bytes += piece.length;
    if (bytes < headerPartBytes) continue;
    yield { kind: 'header', bytes: concatBytes(gathered) };
    if (turn.isOver) await turn.pass();
    gathered = [];
    bytes = 0;
  }
  if (bytes > 0) yield { kind: 'header', bytes: concatBytes(gathered) };
}

const beyondLimit: ReadonlySet<string> = new Set([
  'DICOM_NESTING_TOO_DEEP',
  'DICOM_TOO_MANY_ELEMENTS',
  'DICOM_DATA_SET_TOO_LARGE',
  'DICOM_INFLATE_LIMIT',
]);

/** Failures of reading DICOM as ours; others (the network, a bug) as they are. */
function translate(error: unknown): unknown {
  if (!dicomErrors.has(error)) return error;
  if (beyondLimit.has(error.code))
    return deidErrors.create('DEID_LIMIT_EXCEEDED', { cause: error });
  return deidErrors.create('DEID_MALFORMED', { cause: error });
}
