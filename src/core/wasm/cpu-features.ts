/** What WebAssembly can do on this processor and in this Node, found without running anything. */
export interface WasmFeatures {
  /** There is WebAssembly at all; without a compiler (`node --jitless`) there is none. */
  readonly hasWasm: boolean;
  /** 128-bit vectors with one result on every machine. */
  readonly hasSimd: boolean;
  /** Vectors whose products may be rounded once or twice, whichever the processor does faster. */
  readonly hasRelaxedSimd: boolean;
  /** Shared memory and atomic instructions. */
  readonly hasThreads: boolean;
}

/** `\0asm`, version 1. */
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** One type, `() -> v128`, and one function of it. */
const VECTOR_FUNCTION = [1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0];
/** One type, `() -> ()`, and one function of it. */
const PLAIN_FUNCTION = [1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0];
/** `i32.const 0`, `i8x16.splat`: a vector of zeroes. */
const ZEROES = [0x41, 0, 0xfd, 0x0f];
const END = 0x0b;

const EMPTY = Uint8Array.from(HEADER);
/** `f64x2.neg`. */
const SIMD = moduleOf(VECTOR_FUNCTION, [...ZEROES, 0xfd, 0xed, 0x01]);
/** `f64x2.relaxed_madd`. */
const RELAXED = moduleOf(VECTOR_FUNCTION, [...ZEROES, ...ZEROES, ...ZEROES, 0xfd, 0x87, 0x02]);
/** One shared page, `i32.const 0`, `i32.atomic.load`, `drop`. */
const THREADS = moduleOf([...PLAIN_FUNCTION, 5, 4, 1, 3, 1, 1], [0x41, 0, 0xfe, 0x10, 2, 0, 0x1a]);

/** Asks the engine about a tiny module for each feature. */
export function wasmFeatures(validate: (bytes: Uint8Array) => boolean = isModule): WasmFeatures {
  return {
    hasWasm: validate(EMPTY),
    hasSimd: validate(SIMD),
    hasRelaxedSimd: validate(RELAXED),
    hasThreads: validate(THREADS),
  };
}

/** Whether this engine takes a module; no engine takes none. */
export function isModule(bytes: Uint8Array): boolean {
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(bytes);
}

/** A module whose only function has no locals and this body. */
function moduleOf(sections: readonly number[], body: readonly number[]): Uint8Array {
  const code = [1, body.length + 2, 0, ...body, END];
  return Uint8Array.from([...HEADER, ...sections, 10, code.length, ...code]);
}
