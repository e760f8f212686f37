import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameElements } from '../../src/deid/facts/find-lost.ts';
import { keepRows } from '../../src/deid/profile/generated/keep-list.ts';
import { supportedSopClasses } from '../../src/deid/profile/generated/sop-classes.ts';
import {
  type DataElement,
  lookup,
  type Tag,
  tag as t,
  transferSyntax,
  type Vr,
  vrTraits,
} from '../../src/dicom/index.ts';
import { numberFacts } from '../../src/facts/index.ts';
import { findLeak, imageOf, runDeid } from '../conformance/ps3.15/deid-object.ts';

/*
 * Canaries in attributes drawn from the whole dictionary, the keep list, private and unknown tags,
 * with right and wrong VRs, over-long, behind NULs, in padding, nested: none may be left in any
 * form.
 */

const seed = 20_261_123;
const objects = 400;
const plantsPerObject = 40;

/** xorshift32: the same objects in every run. */
function randomFrom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const keywordTags = Object.values(t).filter((tag) => tag >= 0x00080005 && tag < 0x7fe00000);
const keepTags = keepRows.split('\n').map((row) => Number.parseInt(row.slice(0, 8), 16));
const sequences = keepTags.filter((tag) => lookup(tag)?.vrs[0] === 'SQ');
const stringVrs = (Object.keys(vrTraits) as Vr[]).filter((vr) => vrTraits[vr].kind === 'string');
const byteVrs: readonly Vr[] = ['OB', 'OW', 'UN', 'OF', 'UT', 'UC'];

/** What the object needs, or what would have it withheld. */
const fixed: ReadonlySet<Tag> = new Set([
  ...imageOf().keys(),
  t.BurnedInAnnotation,
  t.ConversionType,
  t.NumberOfFrames,
]);

/** What tells how pixels are read or placed: damaged there, the object is withheld as a whole. */
const judged: ReadonlySet<Tag> = new Set([
  ...Object.values(numberFacts).map(({ source }) => t[source]),
  ...frameElements.map((keyword) => t[keyword]),
  t.ModalityLUTSequence,
]);

class Planter {
  readonly canaries: string[] = [];
  readonly #random: (below: number) => number;
  /** Implicit VR: the reader goes by the dictionary, so a wrong VR is no object at all. */
  readonly #implicit: boolean;
  /** Whether judged elements get canaries too. */
  readonly #spoil: boolean;

  constructor(
    random: (below: number) => number,
    how: { readonly implicit: boolean; readonly spoil: boolean },
  ) {
    this.#random = random;
    this.#implicit = how.implicit;
    this.#spoil = how.spoil;
  }

  plantAll(count: number, depth: number): Map<Tag, DataElement> {
    const elements = new Map<Tag, DataElement>();
    for (let index = 0; index < count; index += 1) {
      const element = this.#plant(depth);
      const overlay = element.tag >>> 24 === 0x60;
      if (judged.has(element.tag) && !this.#spoil) continue;
      if (!overlay && !(depth === 0 && fixed.has(element.tag))) elements.set(element.tag, element);
    }
    return elements;
  }

  #plant(depth: number): DataElement {
    if (depth < 4 && this.#random(5) === 0) {
      const tag = this.#pick(sequences);
      return { tag, vr: 'SQ', items: [this.plantAll(4, depth + 1)] };
    }
    const tag = this.#tag();
    const vr = this.#vr(tag);
    if (vr === 'SQ') return { tag, vr, items: [this.plantAll(2, depth + 1)] };
    return { tag, vr, value: this.#value(vr) };
  }

  #tag(): Tag {
    switch (this.#random(8)) {
      case 0:
        return 0x00090010 + 0x20000 * this.#random(100) + this.#random(0x1000);
      case 1:
        return 0x00080000 + 0x20000 * this.#random(60) + this.#random(0x10000);
      case 2:
      case 3:
      case 4:
        return this.#pick(keepTags);
      default:
        return this.#pick(keywordTags);
    }
  }

  /** Mostly the dictionary's, else one that could smuggle. */
  #vr(tag: Tag): Vr {
    const own = lookup(tag)?.vrs[0];
    if (this.#implicit) return own ?? 'UN';
    if (own !== undefined && this.#random(3) > 0) return own;
    return this.#random(2) === 0 ? this.#pick(stringVrs) : this.#pick(byteVrs);
  }

  #value(vr: Vr): Uint8Array {
    const canary = this.#canary();
    if (vr === 'UI') return even(canary, 0);
    if (vrTraits[vr].kind === 'binary' && vr !== 'UN' && vr !== 'OB') {
      // Whole numbers of 2, 4 or 8 bytes, or not.
      return Buffer.from(`${canary}${'~'.repeat(2 * this.#random(8))}`.padEnd(16, '~'));
    }
    switch (this.#random(6)) {
      case 0:
        return even(`${canary}${' long'.repeat(this.#random(300))}`, 0x20);
      case 1:
        return even(`YES\0${canary}`, 0);
      case 2:
        return even(`1\\2\\${canary}`, 0x20);
      case 3:
        return even(`SIEMENS ${canary}`, 0x20);
      default:
        return even(canary, vr === 'UN' ? 0 : 0x20);
    }
  }

  #canary(): string {
    const number = this.canaries.length.toString(36).padStart(4, '0');
    const shapes = [`Mrs^Kanary-${number}.`, `Kanary ${number} Street`, `Kanary${number}`];
    const canary = this.#pick([...shapes, `KANARY${number.toUpperCase()}`]);
    this.canaries.push(canary);
    return canary;
  }

  #pick<T>(list: readonly T[]): T {
    const picked = list[this.#random(list.length)];
    assert(picked !== undefined);
    return picked;
  }
}

function even(text: string, padding: number): Uint8Array {
  const bytes = Buffer.from(text, 'latin1');
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(padding)]);
}

const syntaxes = [
  transferSyntax.ExplicitVRLittleEndian,
  transferSyntax.ImplicitVRLittleEndian,
  transferSyntax.ExplicitVRBigEndian,
  transferSyntax.DeflatedExplicitVRLittleEndian,
];

test(`no planted canary is left (seed ${seed})`, async () => {
  const random = randomFrom(seed);
  let planted = 0;
  let released = 0;
  for (let index = 0; index < objects; index += 1) {
    const transferSyntaxUid = syntaxes[index % syntaxes.length] ?? '';
    const implicit = transferSyntaxUid === transferSyntax.ImplicitVRLittleEndian;
    const spoil = index % 8 >= 6;
    const planter = new Planter(random, { implicit, spoil });
    const extra = planter.plantAll(plantsPerObject, 0);
    const { uid } = supportedSopClasses[index % supportedSopClasses.length] ?? { uid: '' };
    const object = imageOf({ SOPClassUID: uid }, [...extra.values()]);
    const run = await runDeid(object, { transferSyntaxUid });
    planted += planter.canaries.length;
    if (!spoil && run.outcome.kind === 'released') released += 1;
    assert.equal(findLeak(run.file, planter.canaries), undefined, `object ${index}`);
    assert.equal(findLeak(run.file, ['Kanary', 'KANARY', 'Mrs^']), undefined, `object ${index}`);
  }
  assert.ok(planted >= 15_000, `planted ${planted}`);
  assert.ok(released >= objects * 0.75 * 0.9, `released ${released}`);
});

test('the search finds a canary that is there', async () => {
  const { file } = await runDeid(imageOf({ BodyPartExamined: 'CHEST', SliceThickness: '1.25' }));
  assert.equal(findLeak(file, ['CHEST']), 'CHEST');
  assert.equal(findLeak(file, ['1.25']), '1.25');
});
