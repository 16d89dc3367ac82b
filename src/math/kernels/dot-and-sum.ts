import { assemble, op, type WasmFunction } from '../../core/wasm/assembler.ts';

/** Bytes of a double as a power of two, and of a block of four doubles. */
const SHIFT = 3;
const BLOCK_BYTES = 32;
const DOUBLE_BYTES = 8;

/**
 * The module with `dot(left, right, length)` and `sum(values, length)`, offsets and length in
 * doubles. It adds in the order that `VectorKernels` states.
 *
 * @param isVector with 128-bit vectors, two partial sums in each
 */
export function dotAndSum(isVector: boolean): Uint8Array {
  return assemble([
    reduction('dot', ['left', 'right'], isVector),
    reduction('sum', ['values'], isVector),
  ]);
}

/** The sum of the products of its operands, over their length. */
function reduction(name: string, operands: readonly string[], isVector: boolean): WasmFunction {
  const addresses = operands.map((_, at) => at);
  const length = addresses.length;
  const [end, total, partial] = [length + 1, length + 2, length + 3];
  const partials = isVector ? 2 : 4;
  const type = isVector ? 'v128' : 'f64';
  const load = isVector ? op.v128Load : op.f64Load;
  const [add, mul] = isVector ? [op.f64x2Add, op.f64x2Mul] : [[op.f64Add], [op.f64Mul]];
  const width = BLOCK_BYTES / partials;
  /** Pushes the product of the operands that lie so many bytes on. */
  const term = (offset: number, loaded: typeof load, times: readonly number[]): number[] =>
    addresses.flatMap((address) => [
      ...op.get(address),
      ...loaded(offset),
      ...(address === 0 ? [] : times),
    ]);
  const step = (bytes: number): number[] =>
    addresses.flatMap((address) => [
      ...op.get(address),
      ...op.i32(bytes),
      op.i32Add,
      ...op.set(address),
    ]);
  const block = Array.from({ length: partials }, (_, at) => [
    ...op.get(partial + at),
    ...term(at * width, load, mul),
    ...add,
    ...op.set(partial + at),
  ]).flat();
  const one = [...op.get(total), ...term(0, op.f64Load, [op.f64Mul]), op.f64Add, ...op.set(total)];
  /** Sets the end to where the first operand stands after so many of the elements. */
  const endAfter = (mask: number): number[] => [
    ...op.get(length),
    ...[...op.i32(mask), op.i32And],
    ...[...op.i32(SHIFT), op.i32ShiftLeft],
    ...[...op.get(0), op.i32Add, ...op.set(end)],
  ];
  const isAtEnd = [...op.get(0), ...op.get(end), op.i32NotBelow];
  return {
    name,
    parameters: [...operands.map(() => 'i32' as const), 'i32'],
    result: 'f64',
    locals: ['i32', 'f64', ...Array<typeof type>(partials).fill(type)],
    body: [
      ...addresses.flatMap((address) => [
        ...[...op.get(address), ...op.i32(SHIFT), op.i32ShiftLeft],
        ...op.set(address),
      ]),
      ...endAfter(~3),
      ...op.until(isAtEnd, [...block, ...step(BLOCK_BYTES)]),
      ...(isVector ? pairSum(partial) : fourSum(partial)),
      ...op.set(total),
      ...endAfter(3),
      ...op.until(isAtEnd, [...one, ...step(DOUBLE_BYTES)]),
      ...op.get(total),
    ],
  };
}

/** (s0 + s2) + (s1 + s3), of vectors (s0, s1) and (s2, s3). */
function pairSum(partial: number): number[] {
  const both = [...op.get(partial), ...op.get(partial + 1), ...op.f64x2Add];
  return [...both, ...op.f64x2Lane(0), ...both, ...op.f64x2Lane(1), op.f64Add];
}

/** The same of four doubles. */
function fourSum(partial: number): number[] {
  const pair = (one: number, other: number): number[] => [
    ...op.get(partial + one),
    ...op.get(partial + other),
    op.f64Add,
  ];
  return [...pair(0, 2), ...pair(1, 3), op.f64Add];
}
