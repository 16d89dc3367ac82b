import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  KERNEL_DOUBLES_MAX,
  kernelsOn,
  type Rung,
  type VectorKernels,
  vectorKernels,
} from '../../../src/math/kernels/vector-kernels.ts';
import { law } from '../../support/law.ts';

const RUNGS: readonly Rung[] = ['simd', 'scalar', 'js'];
const DOUBLES = 256;
const all = RUNGS.map((rung) => kernelsOn(rung, DOUBLES));

/** The order that is stated, element by element. */
function stated(terms: readonly number[]): number {
  const whole = terms.length - (terms.length % 4);
  const partial = [0, 0, 0, 0];
  for (let at = 0; at < whole; at += 1) {
    partial[at % 4] = (partial[at % 4] as number) + (terms[at] as number);
  }
  const [s0, s1, s2, s3] = partial as [number, number, number, number];
  return terms.slice(whole).reduce((sum, term) => sum + term, s0 + s2 + (s1 + s3));
}

/** Every double, the strange ones among them; NaN by its value, since its bits say nothing. */
const double = fc.double();
const vectors = fc.array(fc.tuple(double, double), { maxLength: 70 });

test('every rung adds in the stated order, to the last bit', () => {
  law(
    fc.property(vectors, fc.nat({ max: 40 }), fc.nat({ max: 40 }), (pairs, leftAt, gap) => {
      const rightAt = leftAt + pairs.length + gap;
      const lefts = pairs.map(([left]) => left);
      const rights = pairs.map(([, right]) => right);
      const dot = stated(pairs.map(([left, right]) => left * right));
      const sum = stated(lefts);
      for (const kernels of all) {
        kernels.memory.fill(Number.NaN);
        kernels.memory.set(lefts, leftAt);
        kernels.memory.set(rights, rightAt);
        assert.ok(Object.is(kernels.dot(leftAt, rightAt, pairs.length), dot), kernels.rung);
        assert.ok(Object.is(kernels.sum(leftAt, pairs.length), sum), kernels.rung);
      }
    }),
    1_000,
  );
});

test('every length from none to four blocks is right on every rung', () => {
  for (const { rung, memory, dot, sum } of all) {
    for (let at = 0; at < DOUBLES; at += 1) memory[at] = at + 1;
    for (let length = 0; length <= 17; length += 1) {
      assert.is(sum(3, length), (length * (length + 1)) / 2 + 3 * length, rung);
      const squares = Array.from({ length }, (_, at) => (at + 4) ** 2);
      assert.is(
        dot(3, 3, length),
        squares.reduce((total, each) => total + each, 0),
        rung,
      );
    }
  }
});

test('the fastest rung that there is is taken', () => {
  const features = { hasWasm: true, hasSimd: true, hasRelaxedSimd: true, hasThreads: true };
  const rungOf = (parts: Partial<typeof features>): Rung =>
    vectorKernels(8, { ...features, ...parts }).rung;
  assert.is(rungOf({}), 'simd');
  assert.is(rungOf({ hasSimd: false }), 'scalar');
  assert.is(rungOf({ hasSimd: false, hasWasm: false }), 'js');
  assert.is(vectorKernels(8).rung, 'simd');
});

test('a memory that is too small, too large or cut is refused', () => {
  for (const doubles of [0, 1.5, KERNEL_DOUBLES_MAX + 1, Number.NaN]) {
    for (const rung of RUNGS) assert.throws(() => kernelsOn(rung, doubles), /1 … 8388608/);
  }
});

test('what lies beyond the memory is not read in WebAssembly', () => {
  for (const { rung, dot } of all.slice(0, 2) as VectorKernels[]) {
    assert.throws(() => dot(0, 65_536, 4), /out of bounds/, rung);
  }
});

test.run();
