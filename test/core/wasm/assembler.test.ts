import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assemble, op, type WasmFunction } from '../../../src/core/wasm/assembler.ts';
import { law } from '../../support/law.ts';

/** Runs one function of no parameters over a memory of one page. */
function result(parts: Pick<WasmFunction, 'result' | 'body'> & Partial<WasmFunction>): number {
  const whole = { name: 'run', parameters: [], locals: [], ...parts };
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  new Float64Array(memory.buffer).set([1.5, 2.25, -4]);
  const module = new WebAssembly.Module(assemble([whole]));
  const { run } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  return (run as () => number)();
}

test('a constant of any size is read back as it was written', () => {
  law(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (value) => {
      assert.is(result({ result: 'i32', body: op.i32(value) }), value);
    }),
  );
  for (const value of [0, -1, 63, 64, -64, -65, 127, 128, ~3, 2 ** 31 - 1, -(2 ** 31)]) {
    assert.is(result({ result: 'i32', body: op.i32(value) }), value);
  }
});

test('memory is read at an offset, by doubles and by lanes of vectors', () => {
  assert.is(result({ result: 'f64', body: [...op.i32(0), ...op.f64Load(8)] }), 2.25);
  const vector = [...op.i32(8), ...op.v128Load(0)];
  assert.is(result({ result: 'f64', body: [...vector, ...op.f64x2Lane(0)] }), 2.25);
  assert.is(result({ result: 'f64', body: [...vector, ...op.f64x2Lane(1)] }), -4);
});

test('a loop runs until its condition holds, and not once if it does at first', () => {
  const isAt = (end: number): number[] => [...op.get(0), ...op.i32(end), op.i32NotBelow];
  const step = [...op.get(0), ...op.i32(3), op.i32Add, ...op.set(0)];
  const counted = (end: number): number =>
    result({
      result: 'i32',
      locals: ['i32'],
      body: [...op.until(isAt(end), step), ...op.get(0)],
    });
  assert.equal([0, 1, 3, 300].map(counted), [0, 3, 3, 300]);
});

test('several functions are exported by their names', () => {
  const answer = (name: string, value: number): WasmFunction => ({
    ...{ name, parameters: [], result: 'i32', locals: [] },
    body: op.i32(value),
  });
  const names = Array.from({ length: 200 }, (_, at) => `f${at}`);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const module = new WebAssembly.Module(assemble(names.map(answer)));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  assert.equal(Object.keys(exports), names);
  assert.is((exports['f137'] as () => number)(), 137);
});

test.run();
