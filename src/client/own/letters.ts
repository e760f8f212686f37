import { clientErrors } from '../errors.ts';

/**
 * Rights as the original system wrote them, and ours. `x` says nothing of a key. As in the original
 * it is `g` that gives the key, not `r`.
 */
const rightOf: Readonly<Record<string, string | undefined>> = {
  p: 'change-permissions',
  d: 'delete',
  r: 'read-metadata',
  w: 'write-metadata',
  x: undefined,
  l: 'list',
  g: 'read',
  s: 'write-metadata',
};

const letters = Object.keys(rightOf);

/** What `<who>=<letters>` asks for; no letters take everything away. @throws CLIENT_ARGUMENT */
export function parseLetters(text: string): {
  readonly who: string;
  readonly rights: readonly string[];
} {
  // Distinguished names have equals signs, letters none.
  const at = text.lastIndexOf('=');
  const given = text.slice(at + 1).replaceAll('-', '');
  const known = given.split('').filter((letter) => letters.includes(letter));
  if (at < 1 || known.length < given.length)
    throw usage(`${text}: not <who>= and letters of ${letters.join('')}`);
  const rights = new Set(known.flatMap((letter) => rightOf[letter] ?? []));
  if (rights.size === 0 && given !== '') throw usage(`${text}: x alone gives nothing of a key`);
  return { who: text.slice(0, at), rights: [...rights] };
}

/** Rights in the original's form: eight places, a dash for what is not given. */
export function formatLetters(rights: readonly string[]): string {
  return letters
    .map((letter) => (rights.includes(rightOf[letter] ?? 'none') ? letter : '-'))
    .join('');
}

function usage(message: string): Error {
  return clientErrors.create('CLIENT_ARGUMENT', { message });
}
