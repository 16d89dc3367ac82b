import { nodeClock } from '../src/core/node-env.ts';
import { rngOf } from '../src/core/rng.ts';
import { GaussianProcess, memoryFor } from '../src/math/bayes/gaussian-process.ts';
import { kernelsOn, type Rung, type VectorKernels } from '../src/math/kernels/vector-kernels.ts';
import { type Case, caseOf } from './case.ts';

const RUNGS: readonly Rung[] = ['simd', 'scalar'];
const PEER: Rung = 'js';
const LENGTH = 1_024;
const DOTS = 1_000;
const POINTS = 120;
const PREDICTIONS = 500;
const DIMENSIONS = 4;
const DOUBLES = memoryFor(POINTS);

/**
 * The vector kernels against the same sums in JavaScript: alone, and where `tune` uses them, one
 * evaluation of a search (a fit and its predictions). Rungs take turns, and the quickest run of
 * each counts, so that a neighbour on the machine slows none of them alone.
 *
 * 2026-11-23, AMD EPYC, two shared cores at a load of 9, Node 20.20: a dot 0.14 µs (SIMD), 0.27
 * (scalar), 0.49 (JavaScript); a fit with 500 predictions 2.8, 3.3 and 4.2 ms.
 */
export async function kernelCases(seconds: number): Promise<Case[]> {
  const all = [...RUNGS, PEER].map((rung) => kernelsOn(rung, DOUBLES));
  const dots = await quickest(all, seconds / 2, dotUs);
  const searches = await quickest(all, seconds / 2, searchUs);
  return RUNGS.flatMap((rung) => [
    caseOf({
      name: `dot of ${LENGTH} doubles, ${rung}`,
      value: dots.get(rung) as number,
      unit: 'µs',
      peer: { name: PEER, value: dots.get(PEER) as number },
    }),
    caseOf({
      name: `process of ${POINTS} points, ${PREDICTIONS} predictions, ${rung}`,
      value: searches.get(rung) as number,
      unit: 'µs',
      peer: { name: PEER, value: searches.get(PEER) as number },
    }),
  ]);
}

async function quickest(
  all: readonly VectorKernels[],
  seconds: number,
  measure: (kernels: VectorKernels) => number,
): Promise<ReadonlyMap<Rung, number>> {
  const found = new Map<Rung, number>();
  const untilNs = nodeClock.mono() + seconds * 1e9;
  while (nodeClock.mono() < untilNs || found.size < all.length) {
    for (const kernels of all) {
      const us = measure(kernels);
      found.set(kernels.rung, Math.min(us, found.get(kernels.rung) ?? us));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return found;
}

/** Microseconds of one dot. */
function dotUs({ memory, dot }: VectorKernels): number {
  memory.fill(0.5);
  const beganNs = nodeClock.mono();
  let sum = 0;
  for (let at = 0; at < DOTS; at += 1) sum += dot(0, LENGTH, LENGTH);
  if (sum !== (DOTS * LENGTH) / 4) throw new Error(`a wrong sum: ${sum}`);
  return (nodeClock.mono() - beganNs) / 1e3 / DOTS;
}

/** Microseconds of a fit and its predictions. */
function searchUs(kernels: VectorKernels): number {
  const random = rngOf(1);
  const aPoint = (): Float64Array => Float64Array.from({ length: DIMENSIONS }, random.next);
  const points = Array.from({ length: POINTS }, aPoint);
  const values = Float64Array.from(points, random.normal);
  const asked = Array.from({ length: PREDICTIONS }, aPoint);
  const options = { shape: 'matern52', variance: 1, length: 0.4, noise: 1e-4 } as const;
  const beganNs = nodeClock.mono();
  const process = new GaussianProcess(points, values, options, kernels);
  for (const point of asked) process.predict(point);
  return (nodeClock.mono() - beganNs) / 1e3;
}
