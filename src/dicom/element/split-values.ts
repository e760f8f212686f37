/**
 * Values of a text in the default character set, as written but for their padding: spaces around, and
 * the one NUL that some devices pad with. `getStrings` reads other character sets, and more as padding.
 */
export function splitValues(value: Uint8Array): readonly string[] {
  const end = value.at(-1) === 0 ? value.length - 1 : value.length;
  const text = Buffer.from(value.buffer, value.byteOffset, end).toString('latin1');
  return text.includes('\\') ? text.split('\\').map(trimSpaces) : [trimSpaces(text)];
}

function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) === 0x20) end -= 1;
  return text.slice(start, end);
}
