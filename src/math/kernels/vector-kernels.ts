import { assert } from '../../core/result.ts';
import { type WasmFeatures, wasmFeatures } from '../../core/wasm/cpu-features.ts';
import { dotAndSum } from './dot-and-sum.ts';

/** How a kernel is computed, the fastest first. All give the same bits. */
export type Rung = 'simd' | 'scalar' | 'js';

/**
 * Sums over doubles in one memory, at offsets counted in doubles. The order of additions is fixed,
 * so that a seeded search takes the same way on every machine: of whole blocks of four the elements
 * go to four partial sums, s0 … s3, which are added as (s0 + s2) + (s1 + s3); what is left of the
 * length is added one by one. Nothing is fused.
 */
export interface VectorKernels {
  readonly rung: Rung;
  /** Where the arguments are. It never moves. */
  readonly memory: Float64Array;
  /** Σ left[i] right[i]; 0 for no elements. */
  dot(left: number, right: number, length: number): number;
  /** Σ values[i]; 0 for no elements. */
  sum(values: number, length: number): number;
}

const PAGE_BYTES = 65_536;
const DOUBLE_BYTES = 8;
/** 64 MiB: a covariance of 2,800 points. */
export const KERNEL_DOUBLES_MAX = 8_388_608;

/**
 * The fastest rung that this machine has: 128-bit vectors, else WebAssembly without them, else
 * JavaScript. Relaxed vectors are left out on purpose, since they may round a product once here and
 * twice there.
 *
 * @param doubles size of the memory, 1 … KERNEL_DOUBLES_MAX
 */
export function vectorKernels(
  doubles: number,
  features: WasmFeatures = wasmFeatures(),
): VectorKernels {
  if (features.hasSimd) return kernelsOn('simd', doubles);
  return kernelsOn(features.hasWasm ? 'scalar' : 'js', doubles);
}

/** One rung, whatever is faster. @throws where the machine does not have it */
export function kernelsOn(rung: Rung, doubles: number): VectorKernels {
  const isSize = Number.isInteger(doubles) && doubles >= 1 && doubles <= KERNEL_DOUBLES_MAX;
  assert(isSize, `a memory of kernels holds 1 … ${KERNEL_DOUBLES_MAX} doubles`);
  return rung === 'js' ? inJavaScript(doubles) : inWasm(rung, doubles);
}

function inWasm(rung: 'simd' | 'scalar', doubles: number): VectorKernels {
  const pages = Math.ceil((doubles * DOUBLE_BYTES) / PAGE_BYTES);
  // A memory that cannot grow never moves, so the view of it stays.
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const module = new WebAssembly.Module(dotAndSum(rung === 'simd'));
  const { dot, sum } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return {
    rung,
    memory: new Float64Array(memory.buffer, 0, doubles),
    dot: dot as VectorKernels['dot'],
    sum: sum as VectorKernels['sum'],
  };
}

function inJavaScript(doubles: number): VectorKernels {
  const memory = new Float64Array(doubles);
  const at = (place: number): number => memory[place] as number;
  return {
    rung: 'js',
    memory,
    dot(left, right, length) {
      const whole = length & ~3;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < whole; i += 4) {
        s0 += at(left + i) * at(right + i);
        s1 += at(left + i + 1) * at(right + i + 1);
        s2 += at(left + i + 2) * at(right + i + 2);
        s3 += at(left + i + 3) * at(right + i + 3);
      }
      let total = s0 + s2 + (s1 + s3);
      for (let i = whole; i < length; i += 1) total += at(left + i) * at(right + i);
      return total;
    },
    sum(values, length) {
      const whole = length & ~3;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let i = 0; i < whole; i += 4) {
        s0 += at(values + i);
        s1 += at(values + i + 1);
        s2 += at(values + i + 2);
        s3 += at(values + i + 3);
      }
      let total = s0 + s2 + (s1 + s3);
      for (let i = whole; i < length; i += 1) total += at(values + i);
      return total;
    },
  };
}
