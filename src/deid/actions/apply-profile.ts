import type { DataElement, DataSet, Tag } from '../../dicom/index.ts';
import { unreachable } from '../../lib/assert.ts';
import type { Profile } from '../profile/profile.ts';
import type { Rule } from '../profile/rule.ts';
import type { UidMap } from '../pseudonyms/uid-map.ts';
import { cleanCode, isCodeItem, isCodeTag } from './code-item.ts';
import { dummyElement, emptyElement } from './dummy.ts';
import { judgeText, keepValue } from './keep-value.ts';
import { keepClassUids, replaceUids } from './replace-uids.ts';

/** What the rules of a profile leave of a data set, at every depth. What no rule covers is gone. */
export function applyProfile(
  dataSet: DataSet,
  profile: RuleBook,
  uids: UidMap,
): Map<Tag, DataElement> {
  const left = new Map<Tag, DataElement>();
  for (const [tag, element] of dataSet) {
    const rule = profile.find(tag);
    if (rule === undefined || isCodeTag(tag)) continue;
    const kept = applyRule(element, rule, { profile, uids });
    if (kept !== undefined) left.set(tag, kept);
  }
  return left;
}

/** Where the rules are. */
export type RuleBook = Pick<Profile, 'find'>;

interface Context {
  readonly profile: RuleBook;
  readonly uids: UidMap;
}

function applyRule(element: DataElement, rule: Rule, context: Context): DataElement | undefined {
  const { tag } = element;
  switch (rule.action) {
    case 'X':
      return undefined;
    case 'Z':
      return emptyElement(tag, rule);
    case 'D':
      return replaceElement(element, rule, context);
    case 'keep':
      return element.vr === 'SQ'
        ? keepSequence(element, rule, context)
        : keepElement(element, rule);
    case 'judge':
      return judgeElement(element, rule);
    case 'U':
    case 'class-uid':
      return uidElement(element, rule, context.uids);
    default:
      return unreachable(rule.action);
  }
}

/** D. Items of a sequence are replaced attribute by attribute, codes as a whole. */
function replaceElement(
  element: DataElement,
  rule: Rule,
  context: Context,
): DataElement | undefined {
  const hasItems = element.vr === 'SQ' && rule.vr === 'SQ' && element.items.length > 0;
  return hasItems && !rule.codes
    ? keepSequence(element, rule, context)
    : dummyElement(element.tag, rule);
}

type ValueElement = Exclude<DataElement, { vr: 'SQ' }>;

function keepSequence(
  { tag, items }: Extract<DataElement, { vr: 'SQ' }>,
  rule: Rule,
  context: Context,
): DataElement | undefined {
  if (rule.vr !== 'SQ') return undefined;
  return { tag, vr: 'SQ', items: items.map((item) => cleanItem(item, context)) };
}

function cleanItem(item: DataSet, { profile, uids }: Context): DataSet {
  const left = applyProfile(item, profile, uids);
  if (!isCodeItem(item)) return left;
  for (const [tag, element] of cleanCode(item)) left.set(tag, element);
  return left;
}

function keepElement({ tag, vr, value }: ValueElement, rule: Rule): DataElement | undefined {
  const kept = keepValue(rule, vr, value);
  return kept === undefined ? undefined : { tag, vr, value: kept };
}

function judgeElement(element: DataElement, rule: Rule): DataElement | undefined {
  const { tag } = element;
  if (element.vr === rule.vr && element.vr !== 'SQ') {
    const value = element.value.length === 0 ? element.value : judgeText(tag, rule, element.value);
    if (value !== undefined) return { tag, vr: element.vr, value };
  }
  if (rule.otherwise === 'X') return undefined;
  return rule.otherwise === 'D' ? dummyElement(tag, rule) : emptyElement(tag, rule);
}

function uidElement(element: DataElement, rule: Rule, uids: UidMap): DataElement | undefined {
  if (element.vr !== 'UI' || rule.vr !== 'UI') return undefined;
  const replace = rule.action === 'U' ? replaceUids : keepClassUids;
  return { tag: element.tag, vr: 'UI', value: replace(element.value, uids) };
}
