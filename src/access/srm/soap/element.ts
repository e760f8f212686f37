/** An element of a SOAP request, with multi-reference values followed. @standard SOAP 1.1 §5.2 */
export interface SoapElement {
  /** Without prefix. */
  readonly name: string;
  /** Empty when there is none. */
  readonly namespace: string;
  /** Its own character data, trimmed. */
  readonly text: string;
  /** Child elements that are not nil. */
  readonly children: readonly SoapElement[];
}

/** The first child with that name. */
export function childOf(element: SoapElement, name: string): SoapElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** The element at the end of a path of child names. */
export function findAt(element: SoapElement, path: readonly string[]): SoapElement | undefined {
  let found: SoapElement | undefined = element;
  for (const name of path) found = found && childOf(found, name);
  return found;
}

/** Text of a child; undefined when it is absent or empty. */
export function textOf(element: SoapElement, name: string): string | undefined {
  return childOf(element, name)?.text || undefined;
}

/** Texts of all children with the last name of the path, below the ones before. */
export function textsAt(element: SoapElement, ...path: readonly string[]): readonly string[] {
  return elementsAt(element, ...path).map((child) => child.text);
}

/** All children with the last name of the path, below the ones before. */
export function elementsAt(element: SoapElement, ...path: readonly string[]) {
  const parent = findAt(element, path.slice(0, -1));
  return parent?.children.filter((child) => child.name === path.at(-1)) ?? [];
}
