import { assert, type Result } from '../../../../src/core/result.ts';

/** Numbers of a CSV by column; `NA` is null. */
export type Columns = Readonly<Record<string, readonly (number | null)[]>>;

/** What an adapter may use: the inputs of the vector, and the files beside it. */
export interface QuantInputs {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly csv: (name: unknown) => Columns;
}

/** Asks the production function; the answer has the shape of `expected`. */
export type QuantAdapter = (from: QuantInputs) => unknown;

/** A column in which nothing is missing. */
export function numbersOf(columns: Columns, name: string): readonly number[] {
  return columns[name] as readonly number[];
}

/** What the production code answered. @throws with its error, which fails the vector */
export function answered<T>(result: Result<T, unknown>): T {
  assert(result.ok, `answered ${JSON.stringify(result)}`);
  return result.value;
}
