/** The first element that could be a call. */
const call = /<(?:[A-Za-z_][\w.-]*:)?(?<name>srm[A-Za-z]{1,64})[\s/>]/;

/**
 * Which operation a body seems to ask for, without reading it as XML: enough to tell a stranger in
 * its form that he must show who he is. Never trusted for more.
 */
export function operationNamed(body: Uint8Array): string | undefined {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1');
  return call.exec(text)?.groups?.['name'];
}
