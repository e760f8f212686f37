import {
  ChangedItems,
  type DataElement,
  type DataSet,
  type ItemList,
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
 * What the rules of a profile leave of a header. What frames say is judged here, frame by frame, and
 * made again by whoever asks for it: thousands of them are not held twice.
 */
export function* cleanHeader(header: DataSet, cleaning: Cleaning): Steps<CleanHeader> {
  const left = new Map<Tag, DataElement>();
  let lostOfFrames: Keyword | undefined;
  for (const element of header.values()) {
    const rule = cleaning.profile.find(element.tag);
    if (rule !== undefined && isOfFrames(element, rule)) {
      const { items, lost } = yield* cleanFrames(element.items, rule, cleaning);
      left.set(element.tag, { tag: element.tag, vr: 'SQ', items });
      lostOfFrames = lost;
      continue;
    }
    const kept = cleanElement(element, cleaning);
    if (kept !== undefined) left.set(element.tag, kept);
    yield;
  }
  cleaning.safePrivate?.keep(header, left);
  return { header: left, lost: findLost(header, left, lostOfFrames) };
}

type Sequence = Extract<DataElement, { vr: 'SQ' }>;

/** Whether an element holds what frames say, and stays. */
function isOfFrames(element: DataElement, rule: Rule): element is Sequence {
  const { tag, vr } = element;
  const stays = rule.action === 'keep' && rule.vr === 'SQ';
  return tag === t.PerFrameFunctionalGroupsSequence && vr === 'SQ' && stays;
}

function* cleanFrames(
  items: ItemList,
  rule: Rule,
  cleaning: Cleaning,
): Steps<{ readonly items: ItemList; readonly lost: Keyword | undefined }> {
  const clean = createFrameCleaner(items, rule, cleaning);
  let lost: Keyword | undefined;
  for (const frame of items) {
    lost ??= findLost(frame, clean(frame, cleaning.drops));
    yield;
  }
  return { items: new ChangedItems(items, (frame) => clean(frame, new DropCounter())), lost };
}

/** Cleans frames one by one; what several have in common once. */
function createFrameCleaner(
  items: ItemList,
  rule: Rule,
  cleaning: Cleaning,
): (frame: DataSet, drops: DropCounter) => DataSet {
  const clean = onceShared(
    items,
    (element): { readonly kept: DataElement | undefined; readonly dropped: Drops } => {
      const drops = new DropCounter();
      const kept = cleanElement(element, { ...cleaning, drops });
      return { kept, dropped: drops.drops };
    },
  );
  return (frame, drops) => {
    // A frame is no code; one that says so is treated as any item.
    if (isCodeItem(frame)) return cleanItem(frame, rule, { ...cleaning, drops }) ?? new Map();
    const left = new Map<Tag, DataElement>();
    for (const element of frame.values()) {
      const { kept, dropped } = clean(element);
      if (kept !== undefined) left.set(element.tag, kept);
      drops.addAll(dropped);
    }
    cleaning.safePrivate?.keep(frame, left);
    return left;
  };
}
