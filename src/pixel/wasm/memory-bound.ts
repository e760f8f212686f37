const pageBytes = 65_536;

/** How much memory the libraries of this thread have. */
export interface WasmMemory {
  readonly bytes: number;
}

/**
 * Bound the memory of all libraries that this thread starts from here on. They were built to grow
 * to gigabytes, by what a frame claims; one that may not sees its allocation fail.
 *
 * @param bytesMax of each library
 */
export function boundMemory(bytesMax: number): WasmMemory {
  const known = new Set<WebAssembly.Memory>();
  const { prototype } = WebAssembly.Memory;
  const grow = Object.getOwnPropertyDescriptor(prototype, 'grow')?.value as (
    pages: number,
  ) => number; // as every engine has it
  prototype.grow = function bounded(pages: number): number {
    known.add(this);
    if (this.buffer.byteLength + pages * pageBytes > bytesMax) throw new RangeError('no memory');
    return grow.call(this, pages);
  };
  return {
    get bytes() {
      return [...known].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    },
  };
}
