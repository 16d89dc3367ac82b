/**
 * Assembles WebAssembly modules by hand, so that numeric kernels need neither a compiler nor a
 * binary in the repository. Instructions are lists of bytes; what they take is written before them,
 * as on the stack.
 *
 * @see WebAssembly core specification 2.0, section 5, binary format
 */
export interface WasmFunction {
  /** What it is exported as. */
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType;
  /** Further locals, numbered on from the parameters; all begin at 0. */
  readonly locals: readonly ValueType[];
  readonly body: readonly number[];
}

export type ValueType = 'i32' | 'f64' | 'v128';

const TYPE: Readonly<Record<ValueType, number>> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;
const FUNCTION_TYPE = 0x60;
const MEMORY = 2;

/** A module of these functions over the memory that is imported as `env.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters, result }) => [
    FUNCTION_TYPE,
    ...list(parameters.map((type) => [TYPE[type]])),
    ...list([[TYPE[result]]]),
  ]);
  // No maximum is asked for, so a memory of any size does.
  const memory = [...text('env'), ...text('memory'), MEMORY, 0, ...unsigned(1)];
  const exported = functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, TYPE[type]])), ...body, op.end];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...HEADER,
    ...section(SECTION.types, list(types)),
    ...section(SECTION.imports, list([memory])),
    ...section(SECTION.functions, list(functions.map((_, at) => unsigned(at)))),
    ...section(SECTION.exports, list(exported)),
    ...section(SECTION.code, list(bodies)),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(ascii: string): number[] {
  return list([...ascii].map((letter) => [letter.charCodeAt(0)]));
}

/** LEB128, for whole numbers from 0 on. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** LEB128 with a sign, as constants are written. */
function signed(value: number): number[] {
  const low = value & 0x7f;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
}

const vector = (code: number): number[] => [0xfd, ...unsigned(code)];
/** A load of eight or sixteen bytes at an address of eight, so aligned to eight. */
const at = (offset: number): number[] => [3, ...unsigned(offset)];
const NO_RESULT = 0x40;

/** The instructions that are used. */
export const op = {
  get: (local: number): number[] => [0x20, ...unsigned(local)],
  set: (local: number): number[] => [0x21, ...unsigned(local)],
  i32: (value: number): number[] => [0x41, ...signed(value)],
  i32Add: 0x6a,
  i32And: 0x71,
  i32ShiftLeft: 0x74,
  i32NotBelow: 0x4f,
  f64Load: (offset: number): number[] => [0x2b, ...at(offset)],
  f64Add: 0xa0,
  f64Mul: 0xa2,
  v128Load: (offset: number): number[] => [...vector(0), ...at(offset)],
  f64x2Add: vector(0xf0),
  f64x2Mul: vector(0xf2),
  f64x2Lane: (lane: 0 | 1): number[] => [...vector(0x21), lane],
  end: 0x0b,
  /** Repeats a body for as long as the condition, which is asked before it, says 0. */
  until: (condition: readonly number[], body: readonly number[]): number[] => [
    ...[0x02, NO_RESULT, 0x03, NO_RESULT],
    ...[...condition, 0x0d, 1],
    ...[...body, 0x0c, 0],
    ...[0x0b, 0x0b],
  ],
} as const;
