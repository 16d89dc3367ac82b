import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { root } from '../shared.ts';

export interface QuantVector<Inputs, Expected> {
  readonly item: string;
  readonly name: string;
  readonly inputs: Inputs;
  readonly expected: Expected;
  readonly tolerance: { readonly '*': { readonly abs: number } };
}

const folder = join(root, 'test/golden/quant');

/** The vectors of one item of a topic file in `test/golden/quant`. */
export function quantVectors<Inputs, Expected>(
  topic: string,
  item: string,
): readonly QuantVector<Inputs, Expected>[] {
  const all = JSON.parse(readFileSync(join(folder, `${topic}.json`), 'utf8'));
  return (all as QuantVector<Inputs, Expected>[]).filter((vector) => vector.item === item);
}

/** The rows of a CSV file beside the vectors, as numbers by column. */
export function quantRows(file: string): Record<string, number>[] {
  const [header = '', ...lines] = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  const names = header.trim().split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, at) => [name, Number(cells[at])]));
  });
}

/** Every number of `expected` is within the vector's tolerance of the one at its place. */
export function assertVector(
  { expected, tolerance, name }: QuantVector<unknown, unknown>,
  found: unknown,
): void {
  compare(found, expected, tolerance['*'].abs, name);
}

function compare(found: unknown, wanted: unknown, abs: number, where: string): void {
  if (typeof wanted === 'number') {
    const isNear = typeof found === 'number' && Math.abs(found - wanted) <= abs;
    assert.ok(isNear, `${where}: found ${found}, wanted ${wanted} ± ${abs}`);
  } else if (typeof wanted === 'object' && wanted !== null) {
    if (Array.isArray(wanted)) assert.is((found as unknown[]).length, wanted.length, where);
    for (const [key, value] of Object.entries(wanted)) {
      compare((found as Record<string, unknown>)[key], value, abs, `${where}.${key}`);
    }
  } else {
    assert.is(found, wanted, where);
  }
}
