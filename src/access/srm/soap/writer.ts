import type { Brand } from '../../../lib/brand.ts';
import { envelopeNamespace, srmNamespace } from './reader.ts';

/** Well-formed markup: made here only, so that no text gets in without escaping. */
export type Xml = Brand<string, 'Xml'>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * Escape character data. What XML cannot hold becomes `?`; what is not ASCII becomes a character
 * reference.
 */
function escapeText(value: string): string {
  return value.replaceAll(/[&<>"]|[^\t\n\x20-\x7e]/gu, (character) => {
    const entity = entities[character];
    if (entity !== undefined) return entity;
    const code = character.codePointAt(0) ?? 0;
    const allowed = code >= 0xa0 && (code < 0xd800 || code > 0xdfff) && (code & 0xfffe) !== 0xfffe;
    return allowed ? `&#${code};` : '?';
  });
}

/** An element with markup inside. Children that are undefined are left out. */
export function element(name: string, ...children: readonly (Xml | undefined)[]): Xml {
  return `<${name}>${children.filter((child) => child !== undefined).join('')}</${name}>` as Xml;
}

/** An element with text inside; undefined, and so left out, when there is no value. */
export function field(name: string, value: string | number | undefined): Xml | undefined {
  return value === undefined
    ? undefined
    : (`<${name}>${escapeText(String(value))}</${name}>` as Xml);
}

/** An array element: left out when it would be empty. */
export function arrayOf(name: string, items: readonly Xml[]): Xml | undefined {
  return items.length === 0 ? undefined : element(name, ...items);
}

/** The reply of an operation: `srmLsResponse` twice, the outer one qualified. */
export function soapReply(operation: string, content: readonly (Xml | undefined)[]): string {
  const inner = element(`${operation}Response`, ...content);
  return envelope(element(`srm:${operation}Response`, inner));
}

/** A fault, for what is no SRM call at all. @standard SOAP 1.1 §4.4 */
export function soapFault(side: 'Client' | 'Server', explanation: string): string {
  return envelope(
    element('soap:Fault', field('faultcode', `soap:${side}`), field('faultstring', explanation)),
  );
}

function envelope(content: Xml): string {
  const open = `<soap:Envelope xmlns:soap="${envelopeNamespace}" xmlns:srm="${srmNamespace}">`;
  const body = element('soap:Body', content);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${open}${body}</soap:Envelope>\n`;
}
