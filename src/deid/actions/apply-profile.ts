import type { DataElement, DataSet, Tag } from '../../dicom/index.ts';
import { unreachable } from '../../lib/assert.ts';
import type { DropCounter } from '../meaning/drops.ts';
import type { Identifiers } from '../meaning/identifiers.ts';
import type { Profile } from '../profile/profile.ts';
import type { Rule } from '../profile/rule.ts';
import type { UidMap } from '../pseudonyms/uid-map.ts';
import { cleanCode, isCodeItem, isCodeTag, unknownCode } from './code-item.ts';
import { dummyElement, emptyElement } from './dummy.ts';
import { judgeText, judgeValue } from './keep-value.ts';
import { keepClassUids, replaceUids } from './replace-uids.ts';
import type { SafePrivate } from './safe-private.ts';

/** What a data set is cleaned with. */
export interface Cleaning {
  readonly profile: RuleBook;
  readonly uids: UidMap;
  /** What the header loses. */
  readonly identifiers: Identifiers;
  readonly drops: DropCounter;
  /** Absent: no private element stays. */
  readonly safePrivate?: SafePrivate | undefined;
}

/** Where the rules are. */
export type RuleBook = Pick<Profile, 'find'>;

/**
 * What the rules of a profile leave of a data set, at every depth. What no rule covers is gone, but for
 * the private elements that are known to be safe.
 */
export function applyProfile(dataSet: DataSet, cleaning: Cleaning): Map<Tag, DataElement> {
  const left = new Map<Tag, DataElement>();
  for (const element of dataSet.values()) {
    const kept = cleanElement(element, cleaning);
    if (kept !== undefined) left.set(element.tag, kept);
  }
  cleaning.safePrivate?.keep(dataSet, left);
  return left;
}

/** What the rule of an element leaves of it; codes are left to their item. */
export function cleanElement(element: DataElement, cleaning: Cleaning): DataElement | undefined {
  const rule = cleaning.profile.find(element.tag);
  if (rule === undefined || isCodeTag(element.tag)) return undefined;
  return applyRule(element, rule, cleaning);
}

function applyRule(element: DataElement, rule: Rule, cleaning: Cleaning): DataElement | undefined {
  const { tag } = element;
  switch (rule.action) {
    case 'X':
      return undefined;
    case 'Z':
      return emptyElement(tag, rule);
    case 'D':
      return replaceElement(element, rule, cleaning);
    case 'keep':
      return element.vr === 'SQ'
        ? keepSequence(element, rule, cleaning)
        : judgeElement(element, rule, cleaning);
    case 'judge':
      return judgeElement(element, rule, cleaning);
    case 'U':
    case 'class-uid':
      return uidElement(element, rule, cleaning.uids);
    default:
      return unreachable(rule.action);
  }
}

/** D. Items of a sequence are replaced attribute by attribute, codes as a whole. */
function replaceElement(
  element: DataElement,
  rule: Rule,
  cleaning: Cleaning,
): DataElement | undefined {
  const hasItems = element.vr === 'SQ' && rule.vr === 'SQ' && element.items.length > 0;
  return hasItems && !rule.codes
    ? keepSequence(element, rule, cleaning)
    : dummyElement(element.tag, rule);
}

function keepSequence(
  { tag, items }: Extract<DataElement, { vr: 'SQ' }>,
  rule: Rule,
  cleaning: Cleaning,
): DataElement | undefined {
  if (rule.vr !== 'SQ') return undefined;
  const left = [...items].flatMap((item) => cleanItem(item, rule, cleaning) ?? []);
  const isGone = left.length === 0 && items.length > 0 && rule.otherwise === 'X';
  return isGone ? undefined : { tag, vr: 'SQ', items: left };
}

/** An item; a code that may not stay becomes one that says nothing, or, where it may be absent, goes. */
export function cleanItem(item: DataSet, rule: Rule, cleaning: Cleaning): DataSet | undefined {
  const left = applyProfile(item, cleaning);
  if (!isCodeItem(item)) return left;
  const code = cleanCode(rule.tag, item, cleaning.identifiers);
  if (code === undefined) {
    cleaning.drops.add('code');
    if (rule.codes && rule.otherwise !== 'D') return undefined;
  }
  for (const [tag, element] of code ?? unknownCode) left.set(tag, element);
  return left;
}

function judgeElement(
  element: DataElement,
  rule: Rule,
  { identifiers, drops }: Cleaning,
): DataElement | undefined {
  const { tag, vr } = element;
  if (vr === 'SQ') return undefined;
  const judge = rule.action === 'judge' && element.value.length > 0 ? judgeText : judgeValue;
  const { value, dropped } = judge(rule, element, identifiers);
  if (dropped !== undefined) drops.add(dropped);
  return value === undefined ? replacementOf(tag, rule) : { tag, vr, value };
}

/**
 * What stands for a value of which nothing may stay. A number never gets a dummy: whoever reads it
 * would believe it.
 */
function replacementOf(tag: Tag, rule: Rule): DataElement | undefined {
  if (rule.otherwise === 'X') return undefined;
  const isText = rule.action === 'judge' || rule.vr === 'CS';
  return rule.otherwise === 'D' && isText ? dummyElement(tag, rule) : emptyElement(tag, rule);
}

function uidElement(element: DataElement, rule: Rule, uids: UidMap): DataElement | undefined {
  if (element.vr !== 'UI' || rule.vr !== 'UI') return undefined;
  const replace = rule.action === 'U' ? replaceUids : keepClassUids;
  return { tag: element.tag, vr: 'UI', value: replace(element.value, uids) };
}
