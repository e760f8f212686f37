import { JsonFields } from '../../lib/json/json-fields.ts';
import { pattern } from './patterns.ts';
import { refuseField } from './refuse.ts';

/**
 * Where a key stands in the tree of a collection, by the names that the clinical index minted:
 * `p-<H>`, `t-<H>`, `s-<H>` and the stem that all forms and sidecars of one entry share.
 */
export interface KeyLine {
  readonly collection: string;
  readonly subject: string;
  readonly study: string;
  readonly series: string;
  /** `i-<H>`, `v-<H>`, or `volume` while the stacks of the series are not proven. */
  readonly stem: string;
}

/** In place of a line: whose own file the key is of, as policies name him. */
export interface KeyOwner {
  readonly owner: string;
}

/** What a key is of. */
export type KeySubject = KeyLine | KeyOwner;

/** A collection, or something in it: the beginning of lines. */
export type Place = Pick<KeyLine, 'collection'> & Partial<Omit<KeyLine, 'collection'>>;

/** Stem of what is made of a series as a whole. */
export const volumeStem = 'volume';

const levels = ['collection', 'subject', 'study', 'series', 'stem'] as const;

/** The names of a line or place, the collection first. */
export function namesOf(place: Place): readonly string[] {
  return levels.flatMap((level) => place[level] ?? []);
}

/**
 * Whether a line lies at or below a place. One volume of a series also covers the `volume` of it,
 * which may turn out to be that one.
 */
export function covers(place: Place, line: KeyLine): boolean {
  return levels.every((level) => {
    const name = place[level];
    return name === undefined || name === line[level] || (level === 'stem' && isVolume(name, line));
  });
}

function isVolume(stem: string, line: KeyLine): boolean {
  return line.stem === volumeStem && stem.startsWith('v-');
}

/** @throws KEYS_RECORD_INVALID */
export function readKeySubject(fields: JsonFields): KeySubject {
  if (!fields.has('owner')) return readLine(fields);
  const subject = { owner: fields.text('owner', pattern.owner) };
  fields.end();
  return subject;
}

/** @throws KEYS_RECORD_INVALID */
export function readLine(fields: JsonFields): KeyLine {
  const line = {
    collection: fields.text('collection', pattern.name),
    subject: fields.text('subject', pattern.subject),
    study: fields.text('study', pattern.study),
    series: fields.text('series', pattern.series),
    stem: fields.text('stem', pattern.stem),
  };
  fields.end();
  return line;
}

/**
 * What a key is asked for: the file of a line, or one of somebody's own. Of those the id says which: it is
 * the public half, against which the key is checked.
 */
export type AskedFor = KeyLine | 'own';

/** As one text, in a question: `<collection>/<subject>/<study>/<series>/<stem>`, or `own`. */
export function lineText(asked: AskedFor): string {
  return asked === 'own' ? asked : namesOf(asked).join('/');
}

/** @throws KEYS_RECORD_INVALID */
export function readLineText(text: string): AskedFor {
  if (text === 'own') return text;
  const names = text.split('/');
  const [subject, study, series, stem] = names.slice(-4);
  const line = { collection: names.slice(0, -4).join('/'), subject, study, series, stem };
  return readLine(new JsonFields(line, { path: 'line', refuse: refuseField }));
}

/**
 * Whether what was asked for is what a key is of. `volume` asks for the one volume of a series: that
 * there is one, the statement of the file says.
 */
export function isAskedFor(asked: AskedFor, of: KeySubject): boolean {
  if (asked === 'own' || 'owner' in of) return asked === 'own' && 'owner' in of;
  const isStem = asked.stem === volumeStem && of.stem.startsWith('v-');
  return covers(isStem ? { ...asked, stem: of.stem } : asked, of);
}

/** @throws KEYS_RECORD_INVALID also where a level is named without the one above it */
export function readPlace(fields: JsonFields): Place {
  const place: { -readonly [level in keyof Place]: Place[level] } = {
    collection: fields.text('collection', pattern.name),
  };
  let above: (typeof levels)[number] = 'collection';
  for (const level of levels.slice(1) as ('subject' | 'study' | 'series' | 'stem')[]) {
    if (!fields.has(level)) continue;
    if (levels.indexOf(above) !== levels.indexOf(level) - 1) throw refuseField(`place.${level}`);
    place[level] = fields.text(level, pattern[level]);
    above = level;
  }
  fields.end();
  return place;
}
