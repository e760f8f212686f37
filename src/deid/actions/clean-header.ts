import {
  ChangedItems,
  type DataElement,
  type DataSet,
  type ItemList,
  type Keyword,
  onceInCommon,
  onceShared,
  type Tag,
  tag as t,
} from '../../dicom/index.ts';
import type { Steps } from '../../lib/streams/steps.ts';
import { findLost, firstLost, type Lost, lostOf, lostWithin } from '../facts/find-lost.ts';
import { DropCounter, type Drops } from '../meaning/drops.ts';
import { AskedIdentifiers } from '../meaning/identifiers.ts';
import type { Rule } from '../profile/rule.ts';
import { type Cleaning, cleanElement, cleanItem } from './apply-profile.ts';
import { isCodeItem } from './code-item.ts';
import { SafePrivate } from './safe-private.ts';

/** A header after the profile. */
export interface CleanHeader {
  readonly header: Map<Tag, DataElement>;
  /** What a reader of the pixels needs and would not find (`findLost`). */
  readonly lost: Keyword | undefined;
  /** Whether private elements that are known to be safe stayed. */
  readonly keepsPrivate: boolean;
}

/** What cleaning works with that is the same of all headers. */
export interface HeaderCleaning extends Pick<Cleaning, 'profile' | 'uids'> {
  /** Private elements that are known to be safe stay; default: none does. */
  readonly keepsSafePrivate?: boolean;
}

/** What is special to a header: what it loses, and what is counted. */
export type OfHeader = Pick<Cleaning, 'identifiers' | 'drops'>;

/** Cleans a header. */
export type HeaderCleaner = (header: DataSet, of: OfHeader) => Steps<CleanHeader>;

/**
 * Make what cleans headers of a profile. What follows from an element of one is kept for the next, which
 * in a series has most of them in common.
 *
 * What frames say is judged here, frame by frame, and made again by whoever asks for it: thousands of
 * them are not held twice.
 */
export function createHeaderCleaner(always: HeaderCleaning): HeaderCleaner {
  const judge = onceInCommon((element) => judgeAlone(element, always));
  return function* (header, { identifiers, drops }) {
    const left = new Map<Tag, DataElement>();
    const cleaning = {
      ...always,
      identifiers,
      safePrivate: safePrivateOf({ ...always, identifiers }),
    };
    let keepsPrivate = false;
    let lost: Lost | undefined;
    for (const element of header.values()) {
      const rule = always.profile.find(element.tag);
      if (rule === undefined) {
        lost = firstLost(lost, lostOf(element, undefined));
        continue;
      }
      const judged = isOfFrames(element, rule)
        ? yield* cleanFrames(element, rule, cleaning)
        : judgedIn(element, judge(element), cleaning);
      if (judged.kept !== undefined) left.set(element.tag, judged.kept);
      if (judged.dropped !== undefined) drops.addAll(judged.dropped);
      lost = firstLost(lost, judged.lost);
      keepsPrivate ||= judged.keepsPrivate;
      yield;
    }
    cleaning.safePrivate?.keep(header, left);
    keepsPrivate ||= cleaning.safePrivate?.isUsed === true;
    return { header: left, lost: lost?.keyword, keepsPrivate };
  };
}

/** What is left of an element. */
interface Judged {
  readonly kept: DataElement | undefined;
  /** Undefined where nothing was. */
  readonly dropped: Drops | undefined;
  readonly lost: Lost | undefined;
  readonly keepsPrivate: boolean;
}

/** What is left of an element that equals no identifier, and what it was compared by, if by anything. */
interface JudgedAlone extends Judged {
  readonly asked: AskedIdentifiers | undefined;
}

/** What an element is judged with. */
type Beside = HeaderCleaning & Pick<Cleaning, 'identifiers'>;

function judgeAlone(element: DataElement, always: HeaderCleaning): JudgedAlone {
  const asked = new AskedIdentifiers();
  const judged = judgeBeside(element, { ...always, identifiers: asked });
  return { ...judged, asked: asked.isEmpty ? undefined : asked };
}

/** The same in a header, whose identifiers it may equal. */
function judgedIn(element: DataElement, alone: JudgedAlone, cleaning: Beside): Judged {
  const isAny = alone.asked !== undefined && cleaning.identifiers.areAny(alone.asked);
  return isAny ? judgeBeside(element, cleaning) : alone;
}

function judgeBeside(element: DataElement, cleaning: Beside): Judged {
  const drops = new DropCounter();
  const safePrivate = safePrivateOf(cleaning);
  const kept = cleanElement(element, { ...cleaning, drops, safePrivate });
  return {
    kept,
    dropped: drops.isEmpty ? undefined : drops.drops,
    lost: lostOf(element, kept),
    keepsPrivate: safePrivate?.isUsed === true,
  };
}

const safePrivateOf = ({ keepsSafePrivate, identifiers }: Beside): SafePrivate | undefined =>
  keepsSafePrivate === true ? new SafePrivate(identifiers) : undefined;

type Sequence = Extract<DataElement, { vr: 'SQ' }>;

/** Whether an element holds what frames say, and stays. */
function isOfFrames(element: DataElement, rule: Rule): element is Sequence {
  const { tag, vr } = element;
  const stays = rule.action === 'keep' && rule.vr === 'SQ';
  return tag === t.PerFrameFunctionalGroupsSequence && vr === 'SQ' && stays;
}

function* cleanFrames(
  { tag, items }: Sequence,
  rule: Rule,
  cleaning: Omit<Cleaning, 'drops'>,
): Steps<Judged> {
  const clean = createFrameCleaner(items, rule, cleaning);
  const drops = new DropCounter();
  let keyword: Keyword | undefined;
  for (const frame of items) {
    keyword ??= findLost(frame, clean(frame, drops));
    yield;
  }
  const left = new ChangedItems(items, (frame) => clean(frame, new DropCounter()));
  return {
    kept: { tag, vr: 'SQ', items: left },
    dropped: drops.drops,
    lost: keyword && lostWithin(tag, keyword),
    keepsPrivate: cleaning.safePrivate?.isUsed === true,
  };
}

/** Cleans frames one by one; what several have in common once. */
function createFrameCleaner(
  items: ItemList,
  rule: Rule,
  cleaning: Omit<Cleaning, 'drops'>,
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
