/** The catalogue of controls: what the desk has against what is asked for, and a test for each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RESET_CLASSES } from '../../../src/control/safety-cause.ts';
import { breakersSection } from '../../../src/risk/breakers/settings.ts';
import { CONTROLS } from '../../../src/risk/controls/catalogue.ts';
import type { AnyControl } from '../../../src/risk/controls/control.ts';
import { safetyVectors } from '../../support/safety-vectors.ts';
import { root } from '../../support/shared.ts';

interface Wanted {
  readonly id: string;
  readonly Layer: string;
  readonly 'Default trigger': string;
  readonly Action: string;
  readonly Reset: string;
}

const wanted = safetyVectors<readonly Wanted[]>('controls_and_halts');

/** Every number of a text as it may stand in a limit: fractions, basis points, milliseconds. */
function numbersOf(text: string): readonly (readonly number[])[] {
  const pattern = /(\d+(?:\.\d+)?)\s*(%|bps|min\b|ms|s\b)?/g;
  return [...text.matchAll(pattern)].map(([, digits, unit]) => {
    const value = Number(digits);
    if (unit === '%') return [value / 100];
    if (unit === 'bps') return [value, value / 10_000];
    if (unit === 's') return [value * 1_000];
    return unit === 'min' ? [value * 60_000] : [value];
  });
}

test('the desk has the 37 controls that are asked for, in their layers', () => {
  assert.is(wanted.length, 37);
  assert.equal(
    CONTROLS.map(({ id, layer }) => ({ id, layer })),
    wanted.map(({ id, Layer }) => ({ id, layer: Layer })),
  );
});

test('the page of safety lists the controls that let an emergency flatten what they pause', () => {
  const page = readFileSync(join(root, 'docs/safety.md'), 'utf8');
  const row = page.split('\n').find((line) => line.startsWith('| flatten |')) ?? '';
  const listed = row.match(/C\d\d/g) ?? [];
  const softly = CONTROLS.filter(({ letsFlatten }) => letsFlatten === true).map(({ id }) => id);
  assert.equal(listed, softly);
});

const controlOf = (id: string) => CONTROLS.find((control) => control.id === id);

/** Named by an id in the name of a test, or by a list that makes one for each control. */
function namedInTests(): ReadonlySet<string> {
  const folder = join(root, 'test');
  const named = new Set<string>();
  for (const name of readdirSync(folder, { encoding: 'utf8', recursive: true })) {
    if (!name.endsWith('.test.ts')) continue;
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, ids = ''] of text.matchAll(/test\(\s*['"`]((?:C\d\d[ ,]*)+):/g)) {
      for (const id of ids.match(/C\d\d/g) ?? []) named.add(id);
    }
  }
  const boundaries = ['boundaries', 'process-boundaries']
    .map((name) => readFileSync(join(folder, `risk/controls/${name}.test.ts`), 'utf8'))
    .join('');
  for (const control of CONTROLS) {
    if (boundaries.includes(`at(${nameOf(control)}, [`)) named.add(control.id);
  }
  return named;
}

const files = [
  ...['market', 'money', 'order-shape', 'order-size'],
  ...['orders-and-venue', 'portfolio', 'process'],
];
const prefixes: Readonly<Record<string, string>> = {
  'order-shape': 'shape',
  'order-size': 'size',
  'orders-and-venue': 'venue',
};
const names = new Map<AnyControl, string>();
for (const file of files) {
  const module = await import(`../../../src/risk/controls/${file}.js`);
  for (const [name, control] of Object.entries(module)) {
    names.set(control as AnyControl, `${prefixes[file] ?? file}.${name}`);
  }
}

function nameOf(control: AnyControl): string {
  return names.get(control) ?? control.id;
}

test('every control of the list has a test that names it', () => {
  const named = namedInTests();
  assert.equal(
    wanted.map(({ id }) => id).filter((id) => !named.has(id)),
    [],
  );
});

/** Numbers that are windows of detectors, parts of a name, or `any 418 or the third 429`. */
const ELSEWHERE: Readonly<Record<string, readonly number[]>> = {
  C01: [24],
  C02: [300_000],
  C06: [1],
  C15: [2],
  C19: [3, 600_000],
  C20: [1],
  C21: [0.1],
  C22: [99],
  C28: [30_000],
  C29: [418, 3, 429],
  C31: [99],
  C32: [99, 1],
  C34: [2],
  C36: [97],
};

test('every number of a trigger is a limit of its control', () => {
  for (const { id, 'Default trigger': trigger } of wanted) {
    const control = controlOf(id) as AnyControl;
    const known = [
      ...Object.values(control.limits).map(({ value }) => value),
      ...(ELSEWHERE[id] ?? []),
    ];
    const missing = numbersOf(trigger).filter((each) => !each.some((one) => known.includes(one)));
    assert.equal(missing, [], `${id}: ${trigger}`);
  }
});

/** Resets that differ from the list, and why. */
const RESETS: Readonly<Record<string, readonly string[]>> = {
  C21: ['R', '2P'], // Only an emergency takes two persons; at the soft limit a risk officer.
  C22: ['A', '2P'], // What is far beyond its limit is flattened, by an emergency.
  C20: ['R', '2P'], // Its third tier is an emergency.
  C33: ['A'], // Space that is free again and a lag that is over need nobody.
  C28: ['A'], // The class O is that of its cascade, which is a breaker of its own.
};

test('every control is reset by the classes that are asked for', () => {
  for (const { id, Reset } of wanted) {
    const control = controlOf(id) as AnyControl;
    const has = new Set(Object.values(control.reset).filter((each) => each !== '-'));
    const asked = RESET_CLASSES.filter((each) =>
      new RegExp(`(^|[ /;])${each}($|[ /;])`).test(Reset),
    );
    assert.equal([...has].sort(), [...(RESETS[id] ?? asked)].sort(), `${id}: ${Reset}`);
  }
});

test('every control says where it is measured, or what will measure it', () => {
  for (const { id, source } of CONTROLS) {
    const text = source.kind === 'wired' ? source.where : source.until;
    assert.ok(text.length > 5, id);
  }
});

/** One line of the table in docs/safety.md. */
function lineOf({ id, name, trigger, action, reset, source }: AnyControl): string {
  const classes = Object.entries(reset).map(([response, each]) => `${response} ${each}`);
  const where = source.kind === 'wired' ? source.where : `injected until ${source.until}`;
  return `| ${[id, name, trigger, action, classes.join(', ') || '-', where].join(' | ')} |`;
}

test('the table of docs/safety.md is the catalogue', () => {
  const page = readFileSync(join(root, 'docs', 'safety.md'), 'utf8');
  const lines = page.split('\n').filter((line) => /^\| C\d\d \|/.test(line));
  assert.equal(lines, CONTROLS.map(lineOf));
});

/** Sources of the desk without the catalogue itself, by path. */
function readers(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const folder of ['src', 'actors']) {
    for (const name of readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })) {
      if (!name.endsWith('.ts') || name.startsWith(join('risk', 'controls'))) continue;
      texts.set(name, readFileSync(join(root, folder, name), 'utf8'));
    }
  }
  return texts;
}

test('no number of section breakers is unread, where its control is measured', () => {
  const texts = readers();
  // The detectors and the ladders are given the limits of their controls.
  const given = [join('risk', 'panic'), join('risk', 'ladders')];
  const detectors = [...texts].flatMap(([name, text]) =>
    given.some((folder) => name.startsWith(folder)) ? [text] : [],
  );
  for (const control of CONTROLS) {
    if (control.source.kind === 'injected') continue;
    const name = nameOf(control).split('.').pop() as string;
    const asks = new RegExp(`\\.of\\(${name}\\b`);
    const asking = [...texts.values()].filter((text) => asks.test(text));
    const read = [control.check.toString(), ...asking, ...detectors].join('\n');
    for (const [key, { setBy }] of Object.entries(control.limits)) {
      if (setBy !== null) continue;
      assert.ok(asking.length > 0, `${control.id}: somebody asks for its limits`);
      assert.match(read, new RegExp(`\\b${key}\\b`), `${control.id}.${key} is read`);
    }
  }
});

test('a number that something else sets is no number of section breakers', () => {
  const elsewhere = { C05: { deskPerSecond: 5 }, C34: { restartsMax: 5 }, C36: { openMs: 1 } };
  for (const [id, limits] of Object.entries(elsewhere)) {
    assert.not.ok(breakersSection.safeParse({ limits: { [id]: limits } }).success, id);
  }
});

test('every limit has a unit and lies in its own range', () => {
  for (const { id, limits } of CONTROLS) {
    for (const [name, { value, min, max, unit }] of Object.entries(limits)) {
      assert.ok(value >= min && value <= max && unit.length > 0, `${id}.${name}`);
    }
  }
});

test.run();
