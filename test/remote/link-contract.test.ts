import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { err } from '../../src/core/result.ts';
import {
  type AddressTranslation,
  CONTRACTS_MAX,
  CompiledContract,
  compileContracts,
  type LinkContract,
  LOCAL_BRANCHES,
} from '../../src/remote/link-contract.ts';

const contract = (path: string): LinkContract => ({
  path,
  version: 1,
  delivery: 'tell',
  message: () => z.string(),
});
const nothing: AddressTranslation = { ref: () => err(''), reply: () => err('') };

test('paths of local branches, malformed ones, repeated ones and too many are refused', () => {
  for (const branch of LOCAL_BRANCHES) {
    assert.throws(() => compileContracts([contract(`${branch}/x`)]), /never crosses a link/);
    assert.throws(() => compileContracts([contract(branch)]), /never crosses a link/);
  }
  for (const path of ['', '/edge', 'edge/', '@node/edge', '~ask', 'a'.repeat(201)]) {
    assert.throws(() => compileContracts([contract(path)]), /no path of an actor/);
  }
  assert.throws(() => compileContracts([contract('edge/x'), contract('edge/x')]), /found twice/);
  const many = Array.from({ length: CONTRACTS_MAX + 1 }, (_, at) => contract(`edge/x${at}`));
  assert.throws(() => compileContracts(many), /wanted at most/);
  assert.is(compileContracts([contract('tradings/x')]).size, 1);
});

test('a schema that throws, or that is asynchronous, refuses and does not throw', () => {
  const throwing = z.string().transform((): string => {
    throw new Error('boom');
  });
  const slow = z.string().refine(async () => true);
  for (const schema of [throwing, slow]) {
    const compiled = new CompiledContract({ ...contract('edge/x'), message: () => schema });
    const checked = compiled.message('x', nothing);
    assert.match(checked.ok ? '' : checked.error, /edge\/x: its schema threw/);
  }
});

test('a fault names the path of the actor and the field', () => {
  const message = (): z.ZodType => z.strictObject({ a: z.array(z.int()) });
  const compiled = new CompiledContract({ ...contract('edge/x'), message });
  const checked = compiled.message({ a: [1, 'two'] }, nothing);
  assert.match(checked.ok ? '' : checked.error, /^edge\/x\.a\.1: /);
});

test.run();
