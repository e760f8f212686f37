// What the packages of CornerstoneJS give; they bring no types.

type WasmFactory = (options: object) => Promise<object>;

declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const factory: WasmFactory;
  export default factory;
}
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const factory: WasmFactory;
  export default factory;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const factory: WasmFactory;
  export default factory;
}
declare module '@cornerstonejs/codec-openjph' {
  const factory: WasmFactory;
  export default factory;
}

// The types of this project have no browser in them, and Node's name only some of WebAssembly.
declare namespace WebAssembly {
  class Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
}
