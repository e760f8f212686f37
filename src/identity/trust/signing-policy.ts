/** What an authority may sign: subject patterns in slash form where `*` is any text. */
export interface NamespaceRule {
  readonly authority: string;
  readonly patterns: readonly string[];
}

/**
 * Parse a Globus signing policy (`<hash>.signing_policy`). Only positive rights to sign count;
 * lines that say anything else are skipped, which can only narrow what is allowed.
 */
export function parseSigningPolicy(text: string): readonly NamespaceRule[] {
  const rules: NamespaceRule[] = [];
  let authority: string | undefined;
  let maySign = false;
  for (const line of text.split(/\r?\n/)) {
    const [, word, kind, rest] = /^\s*([A-Za-z_]+)\s+([A-Za-z0-9]+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'access_id_CA' && kind === 'X509') {
      authority = unquote(rest ?? '');
      maySign = false;
    } else if (word === 'pos_rights' && kind === 'globus') {
      maySign = rest?.trim() === 'CA:sign';
    } else if (word === 'cond_subjects' && kind === 'globus') {
      if (authority !== undefined && maySign) rules.push({ authority, patterns: list(rest ?? '') });
    }
  }
  return rules;
}

function unquote(text: string): string {
  return text.trim().replace(/^(['"])(.*)\1$/, '$2');
}

/** `'"/O=a/*" "/O=b/*"'`, or one pattern in one pair of quotes. */
function list(text: string): readonly string[] {
  const inner = unquote(text);
  const quoted = [...inner.matchAll(/"([^"]*)"/g)].map(([, pattern]) => pattern ?? '');
  return quoted.length > 0 ? quoted : [inner];
}

/**
 * Parse an EUGridPMA namespaces file (`<hash>.namespaces`). Patterns are regular expressions there;
 * those that are more than text and `.*` are left out, and an authority with a `DENY` is left out
 * altogether: both can only narrow what is allowed.
 */
export function parseNamespaces(text: string): readonly NamespaceRule[] {
  const joined = text.replaceAll(/#[^\n]*/g, '').replaceAll(/\\\r?\n/g, ' ');
  const rules = new Map<string, string[]>();
  const denied = new Set<string>();
  const rule = /TO\s+Issuer\s+"([^"]*)"\s+(PERMIT|DENY)\s+Subject\s+"([^"]*)"/gi;
  for (const [, authority = '', verb = '', expression = ''] of joined.matchAll(rule)) {
    const pattern = globOf(expression);
    if (verb.toUpperCase() === 'DENY') denied.add(authority);
    else if (pattern !== undefined) {
      const known = rules.get(authority);
      if (known === undefined) rules.set(authority, [pattern]);
      else known.push(pattern);
    }
  }
  return [...rules]
    .filter(([authority]) => !denied.has(authority))
    .map(([authority, patterns]) => ({ authority, patterns }));
}

function globOf(expression: string): string | undefined {
  const glob = expression
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replaceAll('.*', '\0')
    .replaceAll('\\.', '.');
  return /[\\[\](){}+?|^$*]/.test(glob) ? undefined : glob.replaceAll('\0', '*');
}

/** Whether `text` matches `pattern`, where `*` is any text; linear in both for any input. */
export function matchesGlob(text: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? '';
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last) || end < first.length) return false;
  let position = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, position);
    if (found < 0 || found + part.length > end) return false;
    position = found + part.length;
  }
  return true;
}
