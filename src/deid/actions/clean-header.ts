import {
  ChangedItems,
  type DataElement,
  type DataSet,
  type Keyword,
  onceShared,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { findLost } from '../facts/find-lost.ts';
import { DropCounter, type Drops } from '../meaning/drops.ts';
import type { Rule } from '../profile/rule.ts';
import { type Cleaning, cleanElement, cleanItem } from './apply-profile.ts';
import { isCodeItem } from './code-item.ts';

/** A header after the profile. */
export interface CleanHeader {
  readonly header: Map<Tag, DataElement>;
  /** What a reader of the pixels needs and would not find (`findLost`). */
  readonly lost: Keyword | undefined;
}

/**
 * What the rules of a profile leave of a header. What frames say is judged here and made again by
 * whoever asks for it: thousands of them are not held twice.
 */
export function* cleanHeader(header: DataSet, cleaning: Cleaning): Steps<CleanHeader> {
  const left = new Map<Tag, DataElement>();
  let lostOfFrames: Keyword | undefined;
  for (const element of header.values()) {
    const { tag } = element;
    const rule = cleaning.profile.find(tag);
    const isFrames = tag === t.PerFrameFunctionalGroupsSequence && rule?.action === 'keep';
    if (isFrames && rule.vr === 'SQ' && element.vr === 'SQ' && element.items.length > 0) {
      const frameOf = createFrameCleaner(element, rule, cleaning);
      for (const frame of element.items) {
        lostOfFrames ??= findLost(frame, frameOf(frame, cleaning.drops));
        yield;
      }
      const items = new ChangedItems(element.items, (frame) => frameOf(frame));
      left.set(tag, { tag, vr: 'SQ', items });
      continue;
    }
    const kept = cleanElement(element, cleaning);
    if (kept !== undefined) left.set(tag, kept);
    yield;
  }
  return { header: left, lost: findLost(header, left, lostOfFrames) };
}

/** Cleans frames one by one; what several have in common once. */
function createFrameCleaner(
  { items }: Extract<DataElement, { vr: 'SQ' }>,
  rule: Rule,
  cleaning: Cleaning,
): (frame: DataSet, drops?: DropCounter) => DataSet {
  const clean = onceShared(
    items,
    (element): { readonly kept: DataElement | undefined; readonly dropped: Drops } => {
      const drops = new DropCounter();
      const kept = cleanElement(element, { ...cleaning, drops });
      return { kept, dropped: drops.drops };
    },
  );
  return (frame, drops = new DropCounter()) => {
    // A frame is no code; one that says so is treated as any item.
    if (isCodeItem(frame)) return cleanItem(frame, rule, { ...cleaning, drops }) ?? new Map();
    const left = new Map<Tag, DataElement>();
    for (const element of frame.values()) {
      const { kept, dropped } = clean(element);
      if (kept !== undefined) left.set(element.tag, kept);
      drops.addAll(dropped);
    }
    return left;
  };
}
