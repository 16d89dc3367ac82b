import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../shared.ts';

/** A vector file of `test/golden/safety`; its README beside the shared copy has the schema. */
export function safetyVectors<T>(name: string): T {
  return JSON.parse(readFileSync(join(root, 'test/golden/safety', `${name}.json`), 'utf8')) as T;
}

export const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64');
export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
