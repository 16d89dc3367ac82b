import { reasonOf } from '../../core/result.ts';
import { wasmFeatures } from '../../core/wasm/cpu-features.ts';
import { kernelsOn, vectorKernels } from '../../math/kernels/vector-kernels.ts';
import { bad, type Check, type Finding, good, weak } from './check.ts';
import type { Host } from './host.ts';

/** Tested with this one; older ones lack what is used, newer ones were not tried. */
const NODE_MAJOR = 20;
const NODE_MINOR_MIN = 19;
const CORES_WANTED = 2;
const KERNEL_DOUBLES = 512;
const MEMORY_BYTES_WANTED = 1024 ** 3;
/** Sockets, segments, the store and its readers take some 60 at most; the rest is for the shell. */
const FILES_MIN = 256;
const FILES_WANTED = 1_024;

export const MACHINE_CHECKS: readonly Check[] = [
  { name: 'node', examine: nodeFinding },
  { name: 'processor', examine: processorFinding },
  { name: 'memory', examine: memoryFinding },
  { name: 'webassembly', examine: wasmFinding },
  { name: 'kernels', examine: kernelsFinding },
  { name: 'open files', examine: filesFinding },
  { name: 'packages', examine: packagesFinding },
];

function nodeFinding({ nodeVersion }: Host): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const wanted = `Node ${NODE_MAJOR}.${NODE_MINOR_MIN} or a later ${NODE_MAJOR}`;
  if (major < NODE_MAJOR || (major === NODE_MAJOR && minor < NODE_MINOR_MIN)) {
    return bad(`Node ${nodeVersion}`, wanted);
  }
  return major === NODE_MAJOR ? good(`Node ${nodeVersion}`) : weak(`Node ${nodeVersion}`, wanted);
}

function processorFinding({ processor }: Host): Finding {
  const { model, architecture, cores } = processor;
  const found = `${model}, ${architecture}, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
  return cores >= CORES_WANTED
    ? good(found)
    : weak(found, `${CORES_WANTED} cores: one for the lane, one for its journal and the guard`);
}

function memoryFinding({ memoryBytes }: Host): Finding {
  const found = `${(memoryBytes / 1024 ** 3).toFixed(1)} GiB`;
  return memoryBytes >= MEMORY_BYTES_WANTED ? good(found) : weak(found, 'at least 1 GiB');
}

function wasmFinding({ validate }: Host): Finding {
  const { hasSimd, hasRelaxedSimd, hasThreads } = wasmFeatures(validate);
  const say = (name: string, isThere: boolean): string => `${name} ${isThere ? 'yes' : 'no'}`;
  const found = [
    say('SIMD', hasSimd),
    say('relaxed SIMD', hasRelaxedSimd),
    say('threads', hasThreads),
  ].join(', ');
  return hasSimd ? good(found) : weak(found, 'SIMD; without it numeric kernels take twice as long');
}

/** The rung that is taken has to give the bits of JavaScript. */
function kernelsFinding({ validate }: Host): Finding {
  const taken = vectorKernels(KERNEL_DOUBLES, wasmFeatures(validate));
  const plain = kernelsOn('js', KERNEL_DOUBLES);
  for (const { memory } of [taken, plain]) {
    for (let at = 0; at < KERNEL_DOUBLES; at += 1) memory[at] = Math.sin(at) * 10 ** (at % 17);
  }
  for (let length = 0; length < KERNEL_DOUBLES / 2; length += 1) {
    const isSame =
      taken.dot(0, length, length) === plain.dot(0, length, length) &&
      taken.sum(length, length) === plain.sum(length, length);
    if (!isSame) return bad(`${taken.rung}, unlike JavaScript`, 'another Node or processor');
  }
  const found = `${taken.rung}, equal to JavaScript in ${KERNEL_DOUBLES / 2} lengths`;
  return taken.rung === 'simd' ? good(found) : weak(found, 'simd');
}

function filesFinding({ env }: Host): Finding {
  const limits = env.files.read('/proc/self/limits');
  const line = limits === null ? null : /^Max open files +(\S+)/m.exec(textOf(limits));
  const wanted = `at least ${FILES_WANTED}: \`ulimit -n\`, or LimitNOFILE= of the unit`;
  if (line === null) return weak('a limit that cannot be read', wanted);
  const text = line[1] as string;
  const limit = text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
  if (limit < FILES_MIN) return bad(text, wanted);
  return limit < FILES_WANTED ? weak(text, wanted) : good(text);
}

/** What a package is for, where it may be missing; null where it may not. */
const PACKAGES: readonly (readonly [name: string, purpose: string | null])[] = [
  ['nact', null],
  ['lmdb', null],
  ['ws', null],
  ['zod', null],
  ['yaml', null],
  ['pino', null],
  ['xstate', null],
  ['msgpackr', null],
  ['rpio', 'GPIO of a Raspberry Pi up to 4'],
];

function packagesFinding({ resolve }: Host): Finding {
  const missing = PACKAGES.flatMap(([name, purpose]) => {
    try {
      resolve(name);
      return [];
    } catch (thrown) {
      return [{ name, purpose, why: reasonOf(thrown).split('\n')[0] }];
    }
  });
  const needed = missing.filter(({ purpose }) => purpose === null);
  if (needed.length > 0) {
    const names = needed.map(({ name, why }) => `no ${name} (${why})`).join(', ');
    return bad(names, 'all of them: `npm ci` in the folder of the program');
  }
  if (missing.length === 0) return good(`all ${PACKAGES.length}`);
  const names = missing.map(({ name, purpose }) => `no ${name} (${purpose})`).join(', ');
  return weak(names, '`npm ci` with optional packages, where they are needed');
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
