import { SaxesParser, type SaxesTagNS } from 'saxes';
import { accessErrors } from '../../errors.ts';
import type { AccessLimits } from '../../limits.ts';
import { childOf, type SoapElement } from './element.ts';

export const envelopeNamespace = 'http://schemas.xmlsoap.org/soap/envelope/';
export const srmNamespace = 'http://srm.lbl.gov/StorageResourceManager';
const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance';

/** One call as it came. */
export interface SoapCall {
  /** `srmLs`: the name of the first element of the body, never the SOAPAction header. */
  readonly operation: string;
  /** The parameters: `srmLsRequest`. */
  readonly request: SoapElement;
}

/**
 * Read one SRM call from a SOAP 1.1 envelope.
 *
 * There is no document type in SOAP, hence no entity beyond the five of XML itself, and none is
 * taken. References between elements are followed only where somebody looks, so they cannot blow up.
 *
 * @standard SOAP 1.1 §4, SRM 2.2 (WSDL, rpc/encoded)
 * @throws `ACCESS_SOAP_MALFORMED`, `ACCESS_SOAP_TOO_COMPLEX`
 */
export function readSoapCall(body: Uint8Array, limits: AccessLimits): SoapCall {
  const envelope = parseXml(decodeText(body), limits);
  const soapBody =
    envelope.name === 'Envelope' && envelope.namespace === envelopeNamespace
      ? envelope.children.find(
          (child) => child.name === 'Body' && child.namespace === envelopeNamespace,
        )
      : undefined;
  const wrapper = soapBody?.children[0];
  if (wrapper === undefined || wrapper.namespace !== srmNamespace) throw malformed();
  const operation = wrapper.name;
  return { operation, request: childOf(wrapper, `${operation}Request`) ?? wrapper };
}

function malformed(cause?: unknown) {
  return accessErrors.create('ACCESS_SOAP_MALFORMED', cause === undefined ? {} : { cause });
}

function decodeText(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw malformed(cause);
  }
}

/** The followed document, element by element. */
class ParsedElement implements SoapElement {
  readonly name: string;
  readonly namespace: string;
  readonly isNil: boolean;
  readonly #href: string | undefined;
  readonly #document: Map<string, ParsedElement>;
  readonly #children: ParsedElement[] = [];
  #text = '';

  constructor(tag: SaxesTagNS, document: Map<string, ParsedElement>) {
    this.name = tag.local;
    this.namespace = tag.uri;
    this.#document = document;
    let nil = false;
    for (const { local, uri, value } of Object.values(tag.attributes)) {
      if (uri === instanceNamespace && local === 'nil') nil = value === 'true' || value === '1';
      if (uri !== '') continue;
      if (local === 'id') document.set(`#${value}`, this);
      if (local === 'href') this.#href = value;
    }
    this.isNil = nil;
  }

  /** Where the content is: here, or where `href` points. One step, as SOAP has it. */
  get #content(): ParsedElement {
    return this.#href === undefined ? this : (this.#document.get(this.#href) ?? this);
  }

  get text(): string {
    return this.#content.#text.trim();
  }

  get children(): readonly ParsedElement[] {
    return this.#content.#children.filter((child) => !child.isNil);
  }

  addText(text: string): void {
    this.#text += text;
  }

  addChild(child: ParsedElement): void {
    this.#children.push(child);
  }
}

function parseXml(text: string, limits: AccessLimits): ParsedElement {
  const document = new Map<string, ParsedElement>();
  const open: ParsedElement[] = [];
  let root: ParsedElement | undefined;
  let count = 0;
  const parser = new SaxesParser({ xmlns: true, position: false });
  const tooComplex = () => accessErrors.create('ACCESS_SOAP_TOO_COMPLEX');
  parser.on('error', (error) => {
    throw malformed(error);
  });
  parser.on('doctype', () => {
    throw malformed();
  });
  parser.on('processinginstruction', () => {
    throw malformed();
  });
  parser.on('opentag', (tag) => {
    count += 1;
    const attributes = Object.keys(tag.attributes).length;
    if (
      count > limits.soapElementsMax ||
      open.length >= limits.soapDepthMax ||
      attributes > limits.soapAttributesMax
    ) {
      throw tooComplex();
    }
    const element = new ParsedElement(tag, document);
    open.at(-1)?.addChild(element);
    root ??= element;
    open.push(element);
  });
  parser.on('closetag', () => open.pop());
  parser.on('text', (data) => open.at(-1)?.addText(data));
  parser.on('cdata', (data) => open.at(-1)?.addText(data));
  parser.write(text).close();
  if (root === undefined) throw malformed();
  return root;
}
