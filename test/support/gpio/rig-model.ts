/**
 * Preloaded into a program of the rig: the model of the board is what RIG_MODEL says. rpio calls
 * `readFileSync` as a property, and ES modules see it after the synchronisation.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const MODEL = '/proc/device-tree/model';
const real = fs.readFileSync;

const replacement = (path: string, ...rest: unknown[]): unknown => {
  if (path !== MODEL) return Reflect.apply(real, fs, [path, ...rest]);
  const bytes = Buffer.from(`${process.env['RIG_MODEL']}\0`);
  return rest.length === 0 ? bytes : bytes.toString('latin1');
};
fs.readFileSync = replacement as typeof fs.readFileSync;
syncBuiltinESMExports();
