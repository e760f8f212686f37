import { createHash } from 'node:crypto';
import type { FilePage, FileStat, Locality } from '../../files/files.ts';
import { encodeName, type RequestTarget } from './request-target.ts';
import { escapeXml } from './xml.ts';

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.25rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #8888; padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; }
td.number { font-variant-numeric: tabular-nums; text-align: right; }
`;

const styleDigest = createHash('sha256').update(style).digest('base64');

/** Nothing but our own style: no script, no form, no frame, nothing from elsewhere. */
export const listingPolicy: string = [
  "default-src 'none'",
  `style-src 'sha256-${styleDigest}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const states: Readonly<Record<Locality, string>> = {
  ONLINE: 'ready',
  ONLINE_AND_NEARLINE: 'ready',
  NEARLINE: 'in the archive, fetched when read',
  UNAVAILABLE: 'not available now',
  LOST: 'lost',
  NONE: 'cannot be read',
};

/** A page of a directory as a web page that works without a script. Links are relative. */
export function listingHtml(target: RequestTarget, page: FilePage): string {
  const { path } = target;
  const title = `Index of ${path === '/' ? '/' : `${path}/`}`;
  const base = baseOf(target);
  const rows = page.entries.map((entry) => rowOf(entry, base)).join('\n');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
${path === '/' ? '' : `<p><a href="${base === './' ? '../' : './'}">Parent directory</a></p>`}
${page.entries.length === 0 ? '<p>Nothing here that you may see.</p>' : tableOf(rows)}
${nextLink(base, page.next)}
</main>
</body>
</html>
`;
}

/** What to put before a name: without a trailing slash the last segment is missing. */
function baseOf({ path, isDirectory }: RequestTarget): string {
  return isDirectory ? './' : `./${encodeName(path.slice(path.lastIndexOf('/') + 1))}/`;
}

function tableOf(rows: string): string {
  return `<table>
<caption>Directories and files</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Size in bytes</th><th scope="col">Modified (UTC)</th><th scope="col">State</th></tr></thead>
<tbody>
${rows}
</tbody>
</table>`;
}

function rowOf(entry: FileStat, base: string): string {
  const isDirectory = entry.kind === 'directory';
  const slash = isDirectory ? '/' : '';
  const href = escapeXml(`${base}${encodeName(entry.name)}${slash}`);
  const size = isDirectory ? '' : (entry.size?.toLocaleString('en') ?? 'unknown');
  const modified = new Date(entry.modifiedMs).toISOString().slice(0, 19);
  const cells = [
    `<td class="number">${size}</td>`,
    `<td><time datetime="${modified}Z">${modified.replace('T', ' ')}</time></td>`,
    `<td>${isDirectory ? '' : escapeXml(stateOf(entry))}</td>`,
  ];
  const name = `<a href="${href}">${escapeXml(entry.name)}${slash}</a>`;
  return `<tr><th scope="row">${name}</th>${cells.join('')}</tr>`;
}

function stateOf({ locality, refusal }: FileStat): string {
  return refusal === undefined ? states[locality] : `${states[locality]} (${refusal})`;
}

function nextLink(base: string, next: string | undefined): string {
  if (next === undefined) return '';
  const href = escapeXml(`${base}?cursor=${encodeURIComponent(next)}`);
  return `<nav aria-label="Pages"><a href="${href}" rel="next">More entries</a></nav>`;
}
