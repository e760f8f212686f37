import { lookup, type Tag, tag as t } from '../../dicom/index.ts';
import { basicProfileRows } from './generated/basic-profile.ts';
import { keepRows } from './generated/keep-list.ts';
import { supportedSopClasses } from './generated/sop-classes.ts';
import { type Action, type AttributeType, type Rule, resolveAction } from './rule.ts';

/** The rules for objects of one SOP class. */
export interface Profile {
  readonly sopClassUid: string;
  /** The rule for a tag; none: the attribute is removed. */
  find(tag: Tag): Rule | undefined;
}

const profiles = new Map<string, Profile>();

/** The rules for a SOP class; absent where its objects are withheld. */
export function profileOf(sopClassUid: string): Profile | undefined {
  const known = profiles.get(sopClassUid);
  if (known !== undefined) return known;
  const row = supportedSopClasses.find(({ uid }) => uid === sopClassUid);
  if (row === undefined) return undefined;
  const made = buildProfile(row);
  profiles.set(sopClassUid, made);
  return made;
}

function buildProfile(row: (typeof supportedSopClasses)[number]): Profile {
  const types = new Map(
    row.types.split('\n').map((line) => [tagOf(line.slice(0, 8)), typeOf(line.slice(9))]),
  );
  const rules = new Map<Tag, Rule>();
  for (const [tagText = '', kind = '', families = ''] of rowsOf(keepRows)) {
    if (!families.split(',').includes(row.family)) continue;
    const tag = tagOf(tagText);
    rules.set(tag, ruleOf(tag, keepActions[kind] ?? 'X', types.get(tag)));
  }
  // After the keep list, so that no row of it can weaken the table.
  for (const [tagText = '', code = ''] of rowsOf(basicProfileRows)) {
    // Patterns (curves, overlays, private) are all X, which is what no rule means.
    if (!/^[0-9a-f]{8}$/.test(tagText)) continue;
    const tag = tagOf(tagText);
    // Command and file meta elements: not part of a data set, and we write our own.
    if (tag < 0x00080000) continue;
    const type = types.get(tag);
    rules.set(tag, ruleOf(tag, resolveAction(code, type ?? '3'), type));
  }
  return { sopClassUid: row.uid, find: (tag) => rules.get(tag) };
}

const keepActions: Readonly<Record<string, Action>> = {
  K: 'keep',
  T: 'judge',
  C: 'class-uid',
  U: 'U',
};

/** A rule that keeps what has a known meaning: numbers, coded strings, class UIDs, texts. */
export function keepRule(tag: Tag): Rule {
  const vr = lookup(tag)?.vrs[0];
  if (vr === 'UI') return ruleOf(tag, 'class-uid');
  const isText = vr === 'LO' || vr === 'SH' || tag === t.BodyPartExamined;
  return ruleOf(tag, isText ? 'judge' : 'keep');
}

const otherwise = { '1': 'D', '2': 'Z', '3': 'X' } as const;

function ruleOf(tag: Tag, action: Action, type: AttributeType = '3'): Rule {
  const attribute = lookup(tag);
  const vrs = attribute?.vrs ?? [];
  return {
    tag,
    action: vrs.length === 0 ? 'X' : action,
    vrs,
    vr: vrs[0] ?? 'UN',
    valuesMax: valuesMaxOf(attribute?.vm ?? '1'),
    otherwise: otherwise[type],
    codes: attribute?.keyword.endsWith('CodeSequence') === true,
  };
}

/** `1` → 1, `1-3` → 3, `1-n` and `2-2n` → no bound. */
function valuesMaxOf(vm: string): number {
  const last = vm.split('-').at(-1) ?? '1';
  return last.includes('n') ? Number.POSITIVE_INFINITY : Number(last);
}

const rowsOf = (text: string): readonly string[][] =>
  text.split('\n').map((line) => line.split(' '));

const tagOf = (text: string): Tag => Number.parseInt(text, 16);

const typeOf = (text: string): AttributeType => (text.startsWith('1') ? '1' : '2');
